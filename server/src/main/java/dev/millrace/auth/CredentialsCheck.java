package dev.millrace.auth;

import dev.millrace.auth.Credentials.Verdict;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;

/** Verifies what a request presents; responds with 401 or 403. */
record CredentialsCheck(Credentials credentials) implements AuthCheck {
  @Override
  public void check(
      HttpServerExchange exchange,
      LoopExecutors executors,
      ExchangeFailures failures,
      Runnable proceed) {
    String presented = credentials.presented(exchange);
    Verdict cached = credentials.cachedResult(presented);
    if (cached != null) {
      decide(exchange, cached, proceed);
      return;
    }
    executors.<Verdict>call(
        () -> credentials.verify(presented),
        verdict -> decide(exchange, verdict, proceed),
        failure -> failures.failed(exchange, failure));
  }

  private void decide(HttpServerExchange exchange, Verdict verdict, Runnable proceed) {
    if (verdict.granted()) {
      exchange.putAttachment(Authentication.USER, verdict.user());
      proceed.run();
      return;
    }
    String challenge = credentials.challenge();
    if (challenge == null) {
      ErrorResponder.send(exchange, StatusCodes.FORBIDDEN);
    } else {
      exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, challenge);
      ErrorResponder.send(exchange, StatusCodes.UNAUTHORIZED);
    }
  }
}
