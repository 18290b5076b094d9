package dev.millrace.transport;

/** A connection whose rate can be bounded. Loop thread only. */
public interface PacedConnection {
  /**
   * Bounds the rate at which the kernel sends (SO_MAX_PACING_RATE, socket(7)).
   *
   * @param bytesPerSecond positive
   */
  void pace(int bytesPerSecond);
}
