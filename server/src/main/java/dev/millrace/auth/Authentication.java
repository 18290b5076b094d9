package dev.millrace.auth;

import dev.millrace.auth.Credentials.Verdict;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RequestOrigin;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.util.List;

/** Enforces a mount's authentication rules. Loop thread only. */
public final class Authentication {
  /** The name of the authenticated user. */
  public static final AttachmentKey<String> USER = AttachmentKey.create(String.class);

  private Authentication() {}

  /**
   * Runs {@code proceed} if the request is allowed, otherwise responds with 401 or 403.
   *
   * @param rules of all rules that match the path, the one with the longest prefix applies
   */
  public static void check(
      HttpServerExchange exchange,
      List<AuthRule> rules,
      ParsedPath names,
      LoopExecutors executors,
      ExchangeFailures failures,
      Runnable proceed) {
    AuthRule rule = names.longestPrefix(rules, AuthRule::prefix);
    if (rule == null) {
      proceed.run();
      return;
    }
    RequestOrigin origin = RequestOrigin.of(exchange);
    if (origin != null) {
      var _ = origin.takeCacheMiss(); // the cache would respond to others, without this check
    }
    String presented = rule.credentials().presented(exchange);
    Verdict cached = rule.credentials().cachedResult(presented);
    if (cached != null) {
      decide(exchange, rule, cached, proceed);
      return;
    }
    executors.<Verdict>call(
        () -> rule.credentials().verify(presented),
        verdict -> decide(exchange, rule, verdict, proceed),
        failure -> failures.failed(exchange, failure));
  }

  private static void decide(
      HttpServerExchange exchange, AuthRule rule, Verdict verdict, Runnable proceed) {
    if (verdict.granted()) {
      exchange.putAttachment(USER, verdict.user());
      proceed.run();
      return;
    }
    String challenge = rule.credentials().challenge();
    if (challenge == null) {
      ErrorResponder.send(exchange, StatusCodes.FORBIDDEN);
    } else {
      exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, challenge);
      ErrorResponder.send(exchange, StatusCodes.UNAUTHORIZED);
    }
  }
}
