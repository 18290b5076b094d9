package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import dev.millrace.text.Glob;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Map;

/**
 * Changes the fields of responses to GET and HEAD, of errors too. Rules apply in their order, after
 * all that the server sets itself.
 *
 * @param match the path of the request
 * @param set fields that replace those of the response
 * @param add fields that the response gets in addition
 * @param missing fields that the response gets if it has none of this name
 * @param remove fields that the response does not get
 * @param download whether browsers store the file instead of showing it
 */
public record HeaderRule(
    Glob match,
    Map<HttpString, String> set,
    Map<HttpString, String> add,
    Map<HttpString, String> missing,
    List<HttpString> remove,
    boolean download) {
  /**
   * Fields of a site without foreign scripts, frames and forms (OWASP Secure Headers Project). The
   * server sets X-Content-Type-Options itself.
   */
  static final Map<HttpString, String> SECURE =
      Map.of(
          new HttpString("Content-Security-Policy"),
          "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none';"
              + " object-src 'none'",
          new HttpString("X-Frame-Options"),
          "DENY",
          new HttpString("Referrer-Policy"),
          "strict-origin-when-cross-origin",
          new HttpString("Cross-Origin-Opener-Policy"),
          "same-origin",
          new HttpString("Cross-Origin-Resource-Policy"),
          "same-origin",
          new HttpString("Permissions-Policy"),
          "camera=(), geolocation=(), microphone=()");

  public HeaderRule {
    set = Map.copyOf(set);
    add = Map.copyOf(add);
    missing = Map.copyOf(missing);
    remove = List.copyOf(remove);
  }

  /** Applies the rules that match a path when the head of the response is written. */
  public static void applyTo(
      HttpServerExchange exchange, List<HeaderRule> rules, ParsedPath names) {
    String path = names.decoded();
    List<HeaderRule> matching = rules.stream().filter(rule -> rule.match.matches(path)).toList();
    if (!matching.isEmpty()) {
      exchange.addResponseCommitListener(
          ready -> matching.forEach(rule -> rule.apply(ready, names)));
    }
  }

  private void apply(HttpServerExchange exchange, ParsedPath names) {
    HeaderMap response = exchange.getResponseHeaders();
    if (download) {
      Download.setTo(exchange, names);
    }
    missing.forEach((name, value) -> {
      if (!response.contains(name)) {
        response.put(name, value);
      }
    });
    set.forEach(response::put);
    add.forEach(response::add);
    remove.forEach(response::remove);
  }
}
