package dev.millrace.app;

import dev.millrace.http.Mount;
import java.time.Duration;
import java.util.List;

/**
 * Everything that can be set.
 *
 * @param mounts what is served where; the first is the root directory at {@code /} for any host
 * @param listen addresses of the HTTP listeners
 * @param management address of health and metrics
 * @param transport what carries HTTP
 * @param workers threads of the worker pool
 * @param accessLog {@code off}, {@code -} for standard output, or a file
 * @param accessLogFormat how requests are noted there
 * @param drain longest that a stop waits for requests under way
 */
public record Settings(
    List<Mount> mounts,
    List<HostPort> listen,
    HostPort management,
    TransportChoice transport,
    int workers,
    String accessLog,
    AccessLogFormat accessLogFormat,
    Duration drain) {
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
  }
}
