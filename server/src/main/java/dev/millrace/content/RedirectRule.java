package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import io.undertow.server.HttpServerExchange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends clients to another URL.
 *
 * @param from the paths
 * @param to an absolute path or a URL, percent-encoded, with references to parts of the path
 * @param status 301, 302, 303, 307 or 308
 */
public record RedirectRule(PathPattern from, String to, int status) {
  /**
   * The value of Location by the first rule that matches a path: with the request's query,
   * percent-encoded.
   */
  public static @Nullable Redirect find(
      List<RedirectRule> rules, HttpServerExchange exchange, ParsedPath names) {
    for (RedirectRule rule : rules) {
      List<String> parts = rule.from.match(names);
      if (parts != null) {
        String expanded = PathPattern.expand(rule.to, parts);
        // Two slashes would begin the name of another host.
        String location = expanded.replaceFirst("^/{2,}", "/");
        String query = exchange.getQueryString();
        String separator = rule.to.indexOf('?') < 0 ? "?" : "&";
        return new Redirect(query.isEmpty() ? location : location + separator + query, rule.status);
      }
    }
    return null;
  }

  /** A response with a Location. */
  public record Redirect(String location, int status) {}

  /**
   * Whether a redirect by this rule can lead to a path to which a rule applies again. That is no
   * fault if this rule makes each path shorter, since then it cannot go on for long.
   */
  boolean loops(List<RedirectRule> rules) {
    String path = to.replaceFirst("[?#].*", "");
    return to.startsWith("/")
        && !from.shortens(path)
        && rules.stream().anyMatch(rule -> from.leadsTo(path, rule.from));
  }
}
