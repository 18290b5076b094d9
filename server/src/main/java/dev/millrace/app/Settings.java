package dev.millrace.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Everything that can be set.
 *
 * @param root the directory to serve
 * @param listen addresses of the HTTP listeners
 * @param management address of health and metrics
 * @param transport what carries HTTP
 * @param workers threads of the worker pool
 * @param drain longest that a stop waits for requests under way
 */
public record Settings(
    Path root,
    List<HostPort> listen,
    HostPort management,
    TransportChoice transport,
    int workers,
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
    listen = List.copyOf(listen);
  }
}
