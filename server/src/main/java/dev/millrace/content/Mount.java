package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A directory of the file system and where it stands among the URLs.
 *
 * @param host a name in lower case; {@code *.example.org} for all names below; empty for any
 * @param prefix the path above its files: no names for the root
 * @param root the directory
 * @param policy how its files are served
 */
public record Mount(String host, ParsedPath prefix, Path root, MountPolicy policy) {
  public Mount {
    host = canonicalHost(host);
  }

  /** Where it stands, as {@code docs.example.org/releases/}; no other mount stands there. */
  public String name() {
    return host + prefix.decoded();
  }

  /** In lower case, without the dot of the root that a full name may end with (RFC 1034 §3.1). */
  static String canonicalHost(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** How closely the host matches: 0 not at all, else the more the closer. */
  int hostMatchScore(String requestHost) {
    if (host.isEmpty()) {
      return 1;
    }
    if (host.startsWith("*.")) {
      boolean below =
          requestHost.endsWith(host.substring(1)) && requestHost.length() >= host.length();
      return below ? 1 + host.length() : 0;
    }
    return host.equals(requestHost) ? Integer.MAX_VALUE : 0;
  }
}
