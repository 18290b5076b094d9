package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import io.undertow.server.HttpServerExchange;

/** Responds to the GET and HEAD requests of one mount. Event thread only. */
public interface MountHandler {
  /** The mount. */
  MountContext context();

  /** Responds to a request whose path lies in this mount. */
  void serve(HttpServerExchange exchange, ParsedPath names);
}
