package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;

/**
 * Responds to requests of one mount: to those that read, or to those that write. Loop thread only.
 */
public interface MountHandler {
  MountContext context();

  /** Adds fields to the response to OPTIONS for a path that this handler serves. */
  default void describe(HeaderMap response) {}

  /** Responds to a request whose path is in this mount. */
  void serve(HttpServerExchange exchange, ParsedPath names);
}
