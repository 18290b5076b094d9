package dev.millrace.server;

import dev.millrace.content.MountPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a user should know after the start, in lines of text. */
public final class StartHints {
  private StartHints() {}

  /**
   * The URLs of the addresses on which the server listens. An address that stands for all gives one
   * URL for each address of the machine that other machines can reach.
   */
  public static List<String> urls(List<InetSocketAddress> plain, List<InetSocketAddress> tls) {
    return Stream.concat(
            plain.stream().flatMap(address -> urls("http", address)),
            tls.stream().flatMap(address -> urls("https", address)))
        .distinct()
        .toList();
  }

  private static Stream<String> urls(String scheme, InetSocketAddress address) {
    if (!address.getAddress().isAnyLocalAddress()) {
      return Stream.of(Greeting.url(scheme, address));
    }
    Class<?> family = address.getAddress().getClass();
    return reachable()
        .filter(family::isInstance)
        .map(each -> Greeting.url(scheme, new InetSocketAddress(each, address.getPort())));
  }

  private static Stream<InetAddress> reachable() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(StartHints::withoutInterface);
    } catch (SocketException unknown) {
      return Stream.empty();
    }
  }

  private static InetAddress withoutInterface(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible); // it has the length of an address
    }
  }

  /** The lines. */
  public static List<String> of(
      ServerSettings settings, List<InetSocketAddress> plain, List<InetSocketAddress> tls) {
    List<String> lines = new ArrayList<>();
    if (Stream.concat(plain.stream(), tls.stream())
        .anyMatch(address -> address.getAddress().isAnyLocalAddress())) {
      List<String> urls = urls(plain, tls);
      lines.add(
          urls.isEmpty()
              ? "no other machine can reach it: no network is up"
              : "other machines can reach it at " + String.join(", ", urls));
    }
    Path root = settings.mounts().getFirst().root();
    MountPolicy policy = settings.mounts().getFirst().policy();
    if (!policy.listing()
        && policy.fallbacks().isEmpty()
        && policy.index().stream().noneMatch(name -> Files.exists(root.resolve(name)))) {
      lines.add(
          root.toAbsolutePath().normalize()
              + " has no index file and is not listed; --listing lists its files");
    }
    return lines;
  }
}
