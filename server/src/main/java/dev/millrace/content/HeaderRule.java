package dev.millrace.content;

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
 * @param remove fields that the response does not get
 */
public record HeaderRule(Glob match, Map<HttpString, String> set, List<HttpString> remove) {
  public HeaderRule {
    set = Map.copyOf(set);
    remove = List.copyOf(remove);
  }

  /** Applies the rules that match a path when the head of the response is written. */
  public static void applyTo(HttpServerExchange exchange, List<HeaderRule> rules, String path) {
    List<HeaderRule> matching = rules.stream().filter(rule -> rule.match.matches(path)).toList();
    if (!matching.isEmpty()) {
      exchange.addResponseCommitListener(
          ready -> matching.forEach(rule -> rule.apply(ready.getResponseHeaders())));
    }
  }

  private void apply(HeaderMap response) {
    set.forEach(response::put);
    remove.forEach(response::remove);
  }
}
