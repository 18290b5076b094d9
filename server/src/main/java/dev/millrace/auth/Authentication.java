package dev.millrace.auth;

import dev.millrace.files.ParsedPath;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RequestOrigin;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.util.List;

/** Enforces a mount's authentication rules. Loop thread only. */
public final class Authentication {
  /** The name of the authenticated user. */
  public static final AttachmentKey<String> USER = AttachmentKey.create(String.class);

  private Authentication() {}

  /**
   * Runs {@code proceed} if the request is allowed, otherwise responds.
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
    rule.check().check(exchange, executors, failures, proceed);
  }
}
