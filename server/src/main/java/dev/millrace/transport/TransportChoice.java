package dev.millrace.transport;

/** The transport of HTTP, as configured. */
public enum TransportChoice {
  /** io_uring, or NIO if io_uring is not available. */
  AUTO,
  /** io_uring; the start fails if it is not available. */
  URING,
  /** Java's selectors. */
  NIO
}
