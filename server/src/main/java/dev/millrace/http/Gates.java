package dev.millrace.http;

import dev.millrace.gate.GateConduit;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import org.jspecify.annotations.Nullable;

/** From an exchange to the gate that its connection came through. */
final class Gates {
  private Gates() {}

  /** The gate; null where there is none, as on HTTP/2. */
  static @Nullable GateConduit of(HttpServerExchange exchange) {
    return exchange.getConnection() instanceof AbstractServerConnection connection
            && connection.getOriginalSourceConduit() instanceof GateConduit gate
        ? gate
        : null;
  }
}
