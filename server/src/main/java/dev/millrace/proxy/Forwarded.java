package dev.millrace.proxy;

import dev.millrace.http.parser.IpLiteral;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What proxies say about a client: the Forwarded field (RFC 7239) and those before it. */
final class Forwarded {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  private static final Pattern PAIR =
      Pattern.compile(
          "\\s*(" + TOKEN + ")=(?:(" + TOKEN + ")|\"((?:[^\"\\\\]|\\\\.)*)\")\\s*([;,]|$)");

  private static final Pattern NODE =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)\\]|([0-9.]+))(?::([0-9]{1,5}))?");

  private Forwarded() {}

  /**
   * What one proxy says.
   *
   * @param node whom it was asked by, as it says
   */
  record Hop(@Nullable String node, @Nullable String proto, @Nullable String host) {}

  /** The hops of a Forwarded field, first the client's; empty if it is malformed. */
  static List<Hop> parse(String field) {
    List<Hop> hops = new ArrayList<>();
    Matcher matcher = PAIR.matcher(field);
    Hop hop = new Hop(null, null, null);
    int at = 0;
    while (at < field.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        return List.of();
      }
      String quoted = matcher.group(3);
      String value = quoted == null ? matcher.group(2) : quoted.replaceAll("\\\\(.)", "$1");
      hop =
          switch (matcher.group(1).toLowerCase(Locale.ROOT)) {
            case "for" -> new Hop(value, hop.proto, hop.host);
            case "proto" -> new Hop(hop.node, value, hop.host);
            case "host" -> new Hop(hop.node, hop.proto, value);
            default -> hop;
          };
      at = matcher.end();
      if (!matcher.group(4).equals(";")) {
        hops.add(hop);
        hop = new Hop(null, null, null);
      }
    }
    return hops;
  }

  /** The hops of X-Forwarded-For and its companions, first the client's. */
  static List<Hop> parse(List<String> nodes, List<String> protos, List<String> hosts) {
    List<Hop> hops = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      hops.add(new Hop(nodes.get(i), at(protos, i, nodes), at(hosts, i, nodes)));
    }
    return hops;
  }

  /** What stands beside a node, or, where not every proxy has added to the list, its last word. */
  private static @Nullable String at(List<String> list, int i, List<String> nodes) {
    if (list.isEmpty()) {
      return null;
    }
    return list.size() == nodes.size() ? list.get(i) : list.getLast();
  }

  /** A node's address, port 0 if there is none; null for what hides it or is none. */
  static @Nullable InetSocketAddress address(@Nullable String node) {
    if (node == null) {
      return null;
    }
    InetAddress bare = IpLiteral.parse(node);
    if (bare != null) {
      return new InetSocketAddress(bare, 0);
    }
    Matcher matcher = NODE.matcher(node);
    if (!matcher.matches()) {
      return null;
    }
    InetAddress address =
        IpLiteral.parse(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    int port = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
    return address == null || port > 65_535 ? null : new InetSocketAddress(address, port);
  }
}
