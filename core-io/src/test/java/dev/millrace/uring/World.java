package dev.millrace.uring;

/** A ring and what its operations act on, real or simulated, for {@link RingContract}. */
interface World {
  Ring ring();

  /** A second ring, enabled for the same thread, that messages can be sent to. */
  Ring another() throws Exception;

  /** A descriptor of an empty directory. */
  int directory();

  void write(String name, byte[] bytes) throws Exception;

  byte[] read(String name) throws Exception;

  /** A listening TCP socket on the loopback address. */
  int listen() throws Exception;

  int port(int listener) throws Exception;

  /** A TCP socket that is not connected. */
  int socket() throws Exception;

  void close() throws Exception;
}
