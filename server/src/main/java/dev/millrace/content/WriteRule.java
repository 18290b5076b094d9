package dev.millrace.content;

import dev.millrace.auth.Credentials;
import dev.millrace.files.ParsedPath;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests change the files below a prefix. Of the rules that match a path, the one with the
 * longest prefix applies.
 *
 * @param prefix with the mount's own prefix
 * @param allowed what such requests may do
 * @param credentials that they need; null if any client may write
 * @param users the only users that may; empty for all that the credentials name
 */
public record WriteRule(
    ParsedPath prefix, Set<Action> allowed, @Nullable Credentials credentials, List<String> users) {
  /** What a request does to a file. */
  public enum Action {
    /** Adds a file where there is none. */
    CREATE,
    /** Replaces the content of a file. */
    REPLACE,
    /** Removes a file or an empty directory. */
    DELETE
  }

  public WriteRule {
    allowed = Set.copyOf(allowed);
    users = List.copyOf(users);
  }

  /** Whether PUT can succeed. */
  public boolean allowsPut() {
    return allowed.contains(Action.CREATE) || allowed.contains(Action.REPLACE);
  }

  /** Whether a person with a browser can upload: a browser has passwords and certificates. */
  public boolean allowsForms() {
    String challenge = credentials == null ? null : credentials.challenge();
    return allowsPut() && (challenge == null || challenge.startsWith("Basic"));
  }

  /** The rule that applies to a path, or null. */
  public static @Nullable WriteRule find(List<WriteRule> rules, ParsedPath names) {
    return names.longestPrefix(rules, WriteRule::prefix);
  }
}
