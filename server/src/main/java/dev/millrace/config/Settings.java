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
 * Everything that can be set.
 *
 * @param mounts what is served where; the first is the root directory at {@code /} for any host
 * @param listen addresses of the HTTP listeners
 * @param management address of health and metrics
 * @param metrics whether figures are kept and shown
 * @param transport what carries HTTP
 * @param loops threads that handle requests, each with a ring of its own on io_uring
 * @param zeroCopy whether the ring sends large chunks without a copy
 * @param workers threads of the worker pool
 * @param accessLog {@code off}, {@code -} for standard output, or a file
 * @param accessLogFormat how requests are noted there
 * @param caches what is kept between requests
 * @param digests which digests are found out and shown
 * @param state where digests are kept, or null for memory only
 * @param scrubBytesPerSecond how fast known files are read again, 0 for not
 * @param http bounds of what a request may be
 * @param trustedProxies who may speak for clients
 * @param idleTimeout how long a connection may stay open between requests
 * @param drain longest that a stop waits for requests under way
 * @param lameDuck how long a stop leaves idle connections open
 * @param warmUp how long a rehearsal precedes the start, zero for none
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
  /** What carries HTTP. */
  public enum TransportChoice {
    /** io_uring, or NIO where it is refused. */
    AUTO,
    /** io_uring or nothing. */
    URING,
    /** Java's selectors. */
    NIO
  }

  public Settings {
    mounts = List.copyOf(mounts);
    listen = List.copyOf(listen);
    if (mounts.isEmpty()) {
      throw new IllegalArgumentException("something is served");
    }
    if (scrubBytesPerSecond > 0 && state == null) {
      throw new IllegalArgumentException("scrub needs state: it reads what is known there");
    }
  }
}
