package dev.millrace.server;

import dev.millrace.accesslog.AccessLog;
import dev.millrace.cache.CacheListener;
import dev.millrace.cache.CachedResponse;
import dev.millrace.http.exchange.RequestStats;
import dev.millrace.http.exchange.RequestTracker;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.Method;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Counts and logs requests with cached responses like all others. Loop thread only. */
public final class CachedRequestListener implements CacheListener {
  private final RequestTracker requests;
  private final @Nullable RequestStats stats;
  private final @Nullable AccessLog log;

  /**
   * @param requests counts requests with long bodies as active
   * @param stats null for no recording
   * @param log null for no access log
   */
  public CachedRequestListener(
      RequestTracker requests, @Nullable RequestStats stats, @Nullable AccessLog log) {
    this.requests = requests;
    this.stats = stats;
    this.log = log;
  }

  @Override
  public void onAnswer(
      CachedResponse response,
      HeadParser head,
      byte[] bytes,
      int base,
      StreamConnection connection,
      long durationNanos) {
    if (stats != null) {
      HttpString method = head.method() == Method.HEAD ? Methods.HEAD : Methods.GET;
      stats.series(method, response.status()).record(durationNanos, -1, response.bodyBytes());
    }
    if (log != null) {
      log.note(
          AccessLog.entry(response, head, bytes, base, connection),
          response.bodyBytes(),
          durationNanos);
    }
  }

  @Override
  public Ending onStart(
      CachedResponse response,
      HeadParser head,
      byte[] bytes,
      int base,
      StreamConnection connection) {
    requests.began();
    long began = System.nanoTime();
    int status = response.status();
    AccessLog.Entry entry =
        log == null ? null : AccessLog.entry(response, head, bytes, base, connection);
    return bodyBytes -> {
      long took = System.nanoTime() - began;
      if (stats != null) {
        stats.series(Methods.GET, status).record(took, -1, bodyBytes); // HEAD has no body
      }
      if (log != null && entry != null) {
        log.note(entry, bodyBytes, took);
      }
      requests.ended();
    };
  }
}
