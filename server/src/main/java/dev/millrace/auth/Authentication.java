package dev.millrace.auth;

import dev.millrace.auth.Credentials.Verdict;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets a request pass that may see the path it asks for. Event thread only. */
public final class Authentication {
  /** Who authenticated. */
  public static final AttachmentKey<String> USER = AttachmentKey.create(String.class);

  private Authentication() {}

  /**
   * Goes on if the request may, else answers 401.
   *
   * @param rules the longest prefix counts
   */
  public static void check(
      HttpServerExchange exchange,
      List<AuthRule> rules,
      ParsedPath names,
      LoopExecutors executors,
      ExchangeFailures failures,
      Runnable proceed) {
    AuthRule rule = find(rules, names);
    if (rule == null) {
      proceed.run();
      return;
    }
    String field = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
    Verdict known = rule.credentials().cachedResult(field);
    if (known != null) {
      decide(exchange, rule, known, proceed);
      return;
    }
    executors.<Verdict>call(
        () -> rule.credentials().verify(field),
        verdict -> decide(exchange, rule, verdict, proceed),
        failure -> failures.failed(exchange, failure));
  }

  private static @Nullable AuthRule find(List<AuthRule> rules, ParsedPath names) {
    AuthRule best = null;
    for (AuthRule rule : rules) {
      if (names.startsWith(rule.prefix())
          && (best == null || rule.prefix().segments().size() > best.prefix().segments().size())) {
        best = rule;
      }
    }
    return best;
  }

  private static void decide(
      HttpServerExchange exchange, AuthRule rule, Verdict verdict, Runnable proceed) {
    if (verdict.granted()) {
      exchange.putAttachment(USER, verdict.user());
      proceed.run();
    } else {
      exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, rule.credentials().challenge());
      ErrorResponder.send(exchange, StatusCodes.UNAUTHORIZED);
    }
  }
}
