package dev.millrace.uring;

/** Events of {@link Ring#prepPoll} and bits of its result (poll(2)). */
public final class PollEvents {
  /** Bytes, a connection or the end of the stream can be read. */
  public static final int POLLIN = 0x1;

  /** Out-of-band data can be read. */
  public static final int POLLPRI = 0x2;

  /** Bytes can be written. */
  public static final int POLLOUT = 0x4;

  /** An error is pending; always reported. */
  public static final int POLLERR = 0x8;

  /** Both directions have ended; always reported. */
  public static final int POLLHUP = 0x10;

  /** The peer has ended its direction of a stream socket. */
  public static final int POLLRDHUP = 0x2000;

  private PollEvents() {}
}
