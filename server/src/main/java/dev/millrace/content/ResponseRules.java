package dev.millrace.content;

import dev.millrace.config.ConfigNode;
import dev.millrace.config.SettingsException;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import dev.millrace.text.Glob;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code headers: [{match: "*.html", set: {X-Frame-Options: DENY}, remove: [Server]}]} and
 * {@code redirects: [{from: /old/, to: /new/, status: 301}]}.
 */
final class ResponseRules {
  /** Fields that belong to the message itself, or that only the server can know. */
  private static final Set<String> RESERVED =
      Set.of(
          "connection",
          "content-length",
          "content-range",
          "date",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private ResponseRules() {}

  static List<HeaderRule> headers(@Nullable ConfigNode node, List<HeaderRule> base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    List<HeaderRule> rules = new ArrayList<>();
    for (ConfigNode item : node.items()) {
      Map<String, ConfigNode> members = item.members(List.of("match", "set", "remove"));
      ConfigNode set = members.get("set");
      ConfigNode remove = members.get("remove");
      if (set == null && remove == null) {
        throw item.wrong("one of 'set' and 'remove' must be set");
      }
      Map<HttpString, String> values = new LinkedHashMap<>();
      if (set != null) {
        for (Map.Entry<String, ConfigNode> entry : set.members().entrySet()) {
          String value = entry.getValue().text();
          if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw entry.getValue().wrong("'" + value + "' must be printable ASCII");
          }
          values.put(name(item, entry.getKey()), value);
        }
      }
      List<HttpString> removed = new ArrayList<>();
      for (String each : remove == null ? List.<String>of() : remove.texts()) {
        removed.add(name(item, each));
      }
      rules.add(new HeaderRule(match(item, members), values, removed));
    }
    return rules;
  }

  private static HttpString name(ConfigNode item, String text) throws SettingsException {
    if (!text.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
      throw item.wrong("'" + text + "' is not the name of a field");
    }
    if (RESERVED.contains(text.toLowerCase(Locale.ROOT))) {
      throw item.wrong("'" + text + "' is set by the server alone");
    }
    return new HttpString(text);
  }

  private static Glob match(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    ConfigNode node = members.get("match");
    try {
      return Glob.of(node == null ? "/**" : node.text());
    } catch (IllegalArgumentException malformed) {
      throw item.wrong(String.valueOf(malformed.getMessage()));
    }
  }

  static List<RedirectRule> redirects(@Nullable ConfigNode node, List<RedirectRule> base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    List<RedirectRule> rules = new ArrayList<>();
    for (ConfigNode item : node.items()) {
      rules.add(redirect(item, item.members(List.of("from", "to", "status"))));
    }
    for (RedirectRule rule : rules) {
      if (rule.loops(rules)) {
        throw node.wrong("the redirect to '" + rule.to() + "' leads to another redirect");
      }
    }
    return rules;
  }

  private static RedirectRule redirect(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    String from = ConfigNode.required(item, members, "from").text();
    String to = ConfigNode.required(item, members, "to").text();
    if (!(RequestPath.parse(from) instanceof ParsedPath path)) {
      throw item.wrong("'" + from + "' is not a path that begins with a slash");
    }
    boolean target =
        to.matches("https?://[^/?#\\s]+(/[\\x21-\\x7e]*)?") || to.matches("/[\\x21-\\x7e]*");
    if (!target || to.startsWith("//")) {
      throw item.wrong("'" + to + "' is neither an absolute path nor a URL");
    }
    if (path.directory() && !to.endsWith("/")) {
      throw item.wrong("'" + to + "' must end with a slash, as '" + from + "' does");
    }
    ConfigNode node = members.get("status");
    String status = node == null ? "301" : node.text();
    if (!status.matches("30[12378]")) {
      throw item.wrong("'" + status + "' is none of 301, 302, 303, 307 and 308");
    }
    return new RedirectRule(path, to, Integer.parseInt(status));
  }
}
