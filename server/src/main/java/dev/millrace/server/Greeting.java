package dev.millrace.server;

import dev.millrace.net.AddressText;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The text that the server prints when it has started. */
final class Greeting {
  private Greeting() {}

  static String of(
      ServerSettings settings,
      Transport transport,
      List<SocketAddress> plain,
      List<SocketAddress> tls,
      @Nullable InetSocketAddress management,
      @Nullable HttpsServices https) {
    StringBuilder line = new StringBuilder("millrace ").append(Version.current());
    line.append(" serves ")
        .append(settings.mounts().getFirst().root().toAbsolutePath().normalize())
        .append(" at ");
    line.append(
        Stream.concat(
                plain.stream().map(address -> url("http", address)),
                tls.stream().map(address -> url("https", address)))
            .collect(Collectors.joining(", ")));
    line.append(" over ").append(transport.description());
    if (!transport.reason().isEmpty()) {
      line.append(", because ").append(transport.reason());
    }
    line.append("; management ")
        .append(
            management == null
                ? "off"
                : "at " + url("http", management) + ManagementPort.reach(settings, management));
    String certificate =
        https == null || tls.isEmpty() ? "" : https.greeting(url("https", tls.getFirst()));
    return certificate.isEmpty() ? line.toString() : line + "\n" + certificate;
  }

  static String url(String scheme, SocketAddress address) {
    return switch (address) {
      case InetSocketAddress internet -> scheme + "://" + AddressText.of(internet);
      case UnixDomainSocketAddress unix -> scheme + "+unix:" + unix.getPath();
      default -> throw new IllegalArgumentException("unknown kind of address: " + address);
    };
  }
}
