package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import io.undertow.server.HttpServerExchange;

/**
 * Responds to requests of one mount: to those that read, or to those that write. Loop thread only.
 */
public interface MountHandler {
  MountContext context();

  /** Responds to a request whose path is in this mount. */
  void serve(HttpServerExchange exchange, ParsedPath names);
}
