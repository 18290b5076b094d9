package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A directory of the file system and the URLs at which it is served.
 *
 * @param host lower-case name; {@code *.example.org} for all names below; empty for any host
 * @param prefix path of the mount; without segments for the root
 * @param root the directory
 * @param policy how its files are served
 */
public record Mount(String host, ParsedPath prefix, Path root, MountPolicy policy) {
  public Mount {
    host = canonicalHost(host);
  }

  /** Host and prefix, as {@code docs.example.org/releases/}; unique among the mounts. */
  public String name() {
    return host + prefix.decoded();
  }

  /** Lower case, without the trailing dot of a fully qualified name (RFC 1034 §3.1). */
  static String canonicalHost(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** How specifically the mount's host matches: 0 for no match, greater for more specific. */
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
