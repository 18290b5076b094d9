package dev.millrace.config;

import dev.millrace.accesslog.AccessLogFormat;
import dev.millrace.content.DigestPolicy;
import dev.millrace.content.Mount;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.proxy.TrustedProxies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server.
 *
 * @param mounts the mounts; the first is the root directory at {@code /} for any host
 * @param listen addresses of the HTTP listeners
 * @param management address of health checks and metrics
 * @param metrics whether metrics are collected and shown
 * @param transport transport of HTTP
 * @param loops number of loop threads, each with its own ring on io_uring
 * @param zeroCopy whether the ring sends large chunks without copying them
 * @param workers number of worker threads, and of hashing threads
 * @param accessLog {@code off}, {@code -} for standard output, or a file
 * @param accessLogFormat format of the access log
 * @param caches settings of the caches
 * @param digests which digests are computed and sent
 * @param state directory of the digest index, or null for memory only
 * @param scrubBytesPerSecond rate at which known files are verified, 0 for none
 * @param http bounds of the HTTP parser
 * @param trustedProxies proxies whose information about clients is trusted
 * @param idleTimeout maximum idle time of a connection between requests
 * @param drain maximum time that a stop waits for active requests
 * @param lameDuck how long a stop keeps idle connections open
 * @param warmUp duration of the warm-up before the start, zero for none
 */
public record Settings(
    List<Mount> mounts,
    List<HostPort> listen,
    HostPort management,
    boolean metrics,
    TransportChoice transport,
    int loops,
    boolean zeroCopy,
    int workers,
    String accessLog,
    AccessLogFormat accessLogFormat,
    CacheSettings caches,
    DigestPolicy digests,
    @Nullable Path state,
    int scrubBytesPerSecond,
    HttpLimits http,
    TrustedProxies trustedProxies,
    Duration idleTimeout,
    Duration drain,
    Duration lameDuck,
    Duration warmUp) {
  /** The transport of HTTP. */
  public enum TransportChoice {
    /** io_uring, or NIO if io_uring is not available. */
    AUTO,
    /** io_uring; the start fails if it is not available. */
    URING,
    /** Java's selectors. */
    NIO
  }

  public Settings {
    mounts = List.copyOf(mounts);
    listen = List.copyOf(listen);
    if (mounts.isEmpty()) {
      throw new IllegalArgumentException("root or mounts must be set");
    }
    if (scrubBytesPerSecond > 0 && state == null) {
      throw new IllegalArgumentException("scrub requires state");
    }
  }
}
