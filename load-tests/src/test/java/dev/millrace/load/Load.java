package dev.millrace.load;

import static io.gatling.javaapi.http.HttpDsl.http;

import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.net.URI;
import java.time.Duration;

/**
 * What every simulation shares. {@code -Dmillrace.url} is the server, on this machine only; {@code
 * -Dmillrace.load} is {@code short} (the default: seconds, for a build) or {@code full} (minutes).
 */
final class Load {
  private static final boolean FULL = System.getProperty("millrace.load", "short").equals("full");

  private Load() {}

  static HttpProtocolBuilder protocol() {
    String url = System.getProperty("millrace.url", "http://127.0.0.1:8080");
    String host = URI.create(url).getHost();
    if (!host.startsWith("127.") && !host.equals("localhost") && !host.equals("[::1]")) {
      throw new IllegalArgumentException("the load stays on this machine, not " + host);
    }
    // Without warming up: Gatling would ask a site of its own.
    return http.baseUrl(url).disableWarmUp().disableCaching().acceptHeader("*/*");
  }

  static Duration duration() {
    return Duration.ofSeconds(FULL ? 120 : 4);
  }

  /** As many in a full run, a tenth in a short one. */
  static int users(int full) {
    return FULL ? full : Math.max(1, full / 10);
  }

  /**
   * A percentile's bound in a full run. A short one starts a cold server and a cold client on a
   * machine that may be busy: it finds answers that never come, and is no measurement.
   */
  static int millis(int full) {
    return FULL ? full : 10_000;
  }
}
