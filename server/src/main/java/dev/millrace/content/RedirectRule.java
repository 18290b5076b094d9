package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import io.undertow.server.HttpServerExchange;
import java.util.List;
import java.util.Optional;

/**
 * Sends clients to another URL.
 *
 * @param from the path; if it ends with a slash, also each path below it
 * @param to an absolute path or a URL; what follows {@code from} is appended if that ends with a
 *     slash
 * @param status 301, 302, 303, 307 or 308
 */
public record RedirectRule(ParsedPath from, String to, int status) {
  private boolean applies(ParsedPath names) {
    return from.directory()
        ? names.startsWith(from)
        : names.segments().size() == from.segments().size() && names.startsWith(from);
  }

  /** The first rule that applies to a path. */
  public static Optional<RedirectRule> find(List<RedirectRule> rules, ParsedPath names) {
    return rules.stream().filter(rule -> rule.applies(names)).findFirst();
  }

  /** The value of Location for a request: with its query, and percent-encoded as it was sent. */
  public String location(HttpServerExchange exchange, ParsedPath names) {
    StringBuilder location = new StringBuilder(to);
    if (from.directory()) {
      String below = names.below(from).encodedDirectory().substring(1);
      location.append(
          names.directory() || below.isEmpty() ? below : below.substring(0, below.length() - 1));
    }
    String query = exchange.getQueryString();
    if (!query.isEmpty()) {
      location.append(to.indexOf('?') < 0 ? '?' : '&').append(query);
    }
    return location.toString();
  }

  /** Whether a redirect by this rule leads to a path to which a rule applies again. */
  boolean loops(List<RedirectRule> rules) {
    return to.startsWith("/")
        && RequestPath.parse(to.replaceFirst("[?#].*", "")) instanceof ParsedPath target
        && find(rules, target).isPresent();
  }
}
