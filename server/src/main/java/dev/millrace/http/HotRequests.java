package dev.millrace.http;

import dev.millrace.gate.HeadParser;
import dev.millrace.gate.Method;
import dev.millrace.hot.HotAnswer;
import dev.millrace.hot.HotListener;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Counts and notes requests that are answered from memory like all others. Event thread only. */
public final class HotRequests implements HotListener {
  private final @Nullable RequestStats stats;
  private final @Nullable AccessLog log;

  /**
   * @param stats null for nobody
   * @param log null for none
   */
  public HotRequests(@Nullable RequestStats stats, @Nullable AccessLog log) {
    this.stats = stats;
    this.log = log;
  }

  @Override
  public void answered(
      HotAnswer answer,
      HeadParser head,
      byte[] bytes,
      int base,
      StreamConnection connection,
      long durationNanos) {
    if (stats != null) {
      HttpString method = head.method() == Method.HEAD ? Methods.HEAD : Methods.GET;
      stats.series(method, answer.status()).record(durationNanos, -1, answer.bodyBytes());
    }
    if (log != null) {
      log.note(answer, head, bytes, base, connection.getPeerAddress(), durationNanos);
    }
  }
}
