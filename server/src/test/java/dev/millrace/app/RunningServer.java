package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;
import dev.millrace.gate.GateLimits;
import dev.millrace.gate.ProxyTrust;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A server in this process on free ports. */
final class RunningServer implements AutoCloseable {
  private final FileServer server;

  private RunningServer(FileServer server) {
    this.server = server;
  }

  static RunningServer start(Path root, TransportChoice transport) throws Exception {
    return new RunningServer(FileServer.start(settings(root, transport)));
  }

  static RunningServer start(Path root, TransportChoice transport, GateLimits limits)
      throws Exception {
    return start(root, transport, limits, ProxyTrust.NONE);
  }

  static RunningServer start(
      Path root, TransportChoice transport, GateLimits limits, ProxyTrust trust) throws Exception {
    return new RunningServer(FileServer.start(settings(root, transport), limits, trust));
  }

  static Settings settings(Path root, TransportChoice transport) {
    HostPort any = new HostPort("127.0.0.1", 0);
    return new Settings(root, List.of(any), any, transport, 2, Duration.ofSeconds(20));
  }

  InetSocketAddress address() {
    return server.addresses().getFirst();
  }

  String url() {
    return "http://127.0.0.1:" + address().getPort();
  }

  String managementUrl() {
    return "http://127.0.0.1:" + server.managementAddress().getPort();
  }

  int readBuffersTaken() {
    return server.readBuffersTaken();
  }

  /** The value of a figure, by its name with labels. */
  String figure(String name) throws Exception {
    for (String line : metrics().split("\n")) {
      if (line.startsWith(name + " ")) {
        return line.substring(name.length() + 1);
      }
    }
    throw new AssertionError("no figure " + name);
  }

  String metrics() throws Exception {
    return Programs.run("curl", "-sSf", managementUrl() + "/metrics").out();
  }

  @Override
  public void close() {
    server.close();
  }
}
