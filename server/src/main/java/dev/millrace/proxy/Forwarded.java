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

/** Parses the Forwarded field (RFC 7239) and the X-Forwarded fields. */
final class Forwarded {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  private static final Pattern PAIR =
      Pattern.compile(
          "\\s*(" + TOKEN + ")=(?:(" + TOKEN + ")|\"((?:[^\"\\\\]|\\\\.)*)\")\\s*([;,]|$)");

  private static final Pattern NODE =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)\\]|([0-9.]+))(?::([0-9]{1,5}))?");

  private Forwarded() {}

  /**
   * The information that one proxy has added.
   *
   * @param node the peer from which the proxy got the request, as the proxy names it
   */
  record Hop(@Nullable String node, @Nullable String proto, @Nullable String host) {}

  /** The hops of a Forwarded field, the client's first; empty if the field is malformed. */
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

  /** The hops of X-Forwarded-For, -Proto and -Host, the client's first. */
  static List<Hop> parse(List<String> nodes, List<String> protos, List<String> hosts) {
    List<Hop> hops = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      hops.add(new Hop(nodes.get(i), at(protos, i, nodes), at(hosts, i, nodes)));
    }
    return hops;
  }

  /** The item of a node; the last item if not every proxy has added one. */
  private static @Nullable String at(List<String> list, int i, List<String> nodes) {
    if (list.isEmpty()) {
      return null;
    }
    return list.size() == nodes.size() ? list.get(i) : list.getLast();
  }

  /** A node's address, with port 0 if there is none; null if it is obfuscated or malformed. */
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
