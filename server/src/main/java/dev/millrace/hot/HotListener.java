package dev.millrace.hot;

import dev.millrace.gate.HeadParser;
import org.xnio.StreamConnection;

/** Is told of each answer from memory. Loop thread. */
@FunctionalInterface
public interface HotListener {
  /**
   * A request was answered; head and bytes only while the call lasts.
   *
   * @param base where the head begins in {@code bytes}
   * @param connection on which, with the client's address
   */
  void answered(
      HotAnswer answer,
      HeadParser head,
      byte[] bytes,
      int base,
      StreamConnection connection,
      long durationNanos);
}
