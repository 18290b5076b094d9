package dev.millrace.content;

import dev.millrace.config.ConfigNode;
import dev.millrace.config.Parser;
import dev.millrace.config.SettingsException;
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
 * {@code redirects: [{from: /old/, to: /new/, status: 301}]}, and {@code rewrites} likewise.
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

  private static final Parser<Map<HttpString, String>> PRESET =
      Parser.oneOf(Map.of("secure", HeaderRule.SECURE), "secure");

  private ResponseRules() {}

  static List<HeaderRule> headers(@Nullable ConfigNode node, List<HeaderRule> base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    List<HeaderRule> rules = new ArrayList<>();
    for (ConfigNode item : node.items()) {
      Map<String, ConfigNode> members =
          item.members(List.of("match", "set", "add", "remove", "preset", "download"));
      if (members.isEmpty() || (members.size() == 1 && members.containsKey("match"))) {
        throw item.wrong("one of 'set', 'add', 'remove', 'preset' and 'download' must be set");
      }
      ConfigNode remove = members.get("remove");
      List<HttpString> removed = new ArrayList<>();
      for (String each : remove == null ? List.<String>of() : remove.texts()) {
        removed.add(name(item, each));
      }
      ConfigNode preset = members.get("preset");
      ConfigNode download = members.get("download");
      rules.add(
          new HeaderRule(
              match(item, members),
              values(item, members.get("set")),
              values(item, members.get("add")),
              preset == null ? Map.of() : preset.one(PRESET),
              removed,
              download != null && download.one(Parser::flag)));
    }
    return rules;
  }

  private static Map<HttpString, String> values(ConfigNode item, @Nullable ConfigNode node)
      throws SettingsException {
    Map<HttpString, String> values = new LinkedHashMap<>();
    if (node != null) {
      for (Map.Entry<String, ConfigNode> entry : node.members().entrySet()) {
        String value = entry.getValue().text();
        if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
          throw entry.getValue().wrong("'" + value + "' must be printable ASCII");
        }
        values.put(name(item, entry.getKey()), value);
      }
    }
    return values;
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
    PathPattern from = pattern(item, members);
    String to = ConfigNode.required(item, members, "to").text();
    boolean target =
        to.matches("https?://[^/?#$\\s]+(/[\\x21-\\x7e]*)?") || to.matches("/[\\x21-\\x7e]*");
    if (!target || to.startsWith("//")) {
      throw item.wrong("'" + to + "' is neither an absolute path nor a URL");
    }
    ConfigNode node = members.get("status");
    String status = node == null ? "301" : node.text();
    if (!status.matches("30[12378]")) {
      throw item.wrong("'" + status + "' is none of 301, 302, 303, 307 and 308");
    }
    return new RedirectRule(from, target(item, members, from, to), Integer.parseInt(status));
  }

  static List<RewriteRule> rewrites(@Nullable ConfigNode node, List<RewriteRule> base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    List<RewriteRule> rules = new ArrayList<>();
    for (ConfigNode item : node.items()) {
      Map<String, ConfigNode> members = item.members(List.of("from", "to"));
      PathPattern from = pattern(item, members);
      String to = ConfigNode.required(item, members, "to").text();
      if (!to.matches("/[\\x21-\\x7e&&[^?#]]*")) {
        throw item.wrong("'" + to + "' is not an absolute path, percent-encoded");
      }
      rules.add(new RewriteRule(from, target(item, members, from, to)));
    }
    return rules;
  }

  private static PathPattern pattern(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    String from = ConfigNode.required(item, members, "from").text();
    try {
      return PathPattern.of(from);
    } catch (IllegalArgumentException wrong) {
      throw item.wrong("'" + from + "' " + wrong.getMessage());
    }
  }

  /** The target; that of a path with a final slash gets a reference to what follows the slash. */
  private static String target(
      ConfigNode item, Map<String, ConfigNode> members, PathPattern from, String to)
      throws SettingsException {
    String text = ConfigNode.required(item, members, "from").text();
    if (text.endsWith("/")) {
      if (!to.endsWith("/")) {
        throw item.wrong("'" + to + "' must end with a slash, as '" + text + "' does");
      }
      return to + "$" + from.wildcards();
    }
    if (PathPattern.references(to) > from.wildcards()) {
      throw item.wrong("'" + to + "' refers to more parts than '" + text + "' has wildcards");
    }
    return to;
  }
}
