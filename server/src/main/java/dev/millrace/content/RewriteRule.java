package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves another path than the requested one; clients do not see it.
 *
 * @param from the paths
 * @param to an absolute path, percent-encoded, with references to parts of the path
 */
public record RewriteRule(PathPattern from, String to) {
  /**
   * The path to serve: that of the first rule that matches and stays below a prefix; null if there
   * is none. Rules do not apply to the result.
   */
  public static @Nullable ParsedPath find(
      List<RewriteRule> rules, ParsedPath names, ParsedPath prefix) {
    for (RewriteRule rule : rules) {
      List<String> parts = rule.from.match(names);
      if (parts != null
          && RequestPath.parse(PathPattern.expand(rule.to, parts)) instanceof ParsedPath path
          && path.startsWith(prefix)) {
        return path;
      }
    }
    return null;
  }
}
