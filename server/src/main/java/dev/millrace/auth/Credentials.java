package dev.millrace.auth;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import org.jspecify.annotations.Nullable;

/** Verifies what requests present to prove who sends them. Any thread. */
public interface Credentials {
  /**
   * The result of a verification.
   *
   * @param user the user's name; empty if not granted
   */
  record Verdict(boolean granted, String user) {
    static final Verdict REFUSED = new Verdict(false, "");
  }

  /** What a request presents: the value of the Authorization field by default; null for nothing. */
  default @Nullable String presented(HttpServerExchange exchange) {
    return exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
  }

  /** The verdict if it is cached or cheap, otherwise null: then call {@link #verify}. */
  @Nullable Verdict cachedResult(@Nullable String presented);

  /** Computes the verdict. May take long, so call it on a worker thread. */
  Verdict verify(@Nullable String presented);

  /** The value of WWW-Authenticate; null if the client cannot present anything else. */
  @Nullable String challenge();
}
