package dev.millrace.server;

import dev.millrace.config.SettingsLoader;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.proxy.TrustedProxies;
import dev.millrace.transport.TransportChoice;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A server in this process on free ports. */
public final class RunningServer implements AutoCloseable {
  private final FileServer server;

  private RunningServer(FileServer server) {
    this.server = server;
  }

  public static RunningServer start(Path root, TransportChoice transport) throws Exception {
    return start(root, transport, "");
  }

  /**
   * @param yaml further settings
   */
  public static RunningServer start(Path root, TransportChoice transport, String yaml)
      throws Exception {
    return new RunningServer(FileServer.start(settings(root, transport, yaml)));
  }

  public static RunningServer start(ServerSettings settings) throws Exception {
    return new RunningServer(FileServer.start(settings));
  }

  /** Starts with limits that are not settings. */
  public static RunningServer start(Path root, TransportChoice transport, HttpLimits limits)
      throws Exception {
    return start(root, transport, limits, TrustedProxies.NONE);
  }

  public static RunningServer start(
      Path root, TransportChoice transport, HttpLimits limits, TrustedProxies trust)
      throws Exception {
    return start(settings(root, transport, "", limits, trust));
  }

  public static ServerSettings settings(
      Path root, TransportChoice transport, String yaml, HttpLimits limits, TrustedProxies trust)
      throws Exception {
    ServerSettings s = settings(root, transport, yaml);
    return new ServerSettings(s.values(), s.mounts(), s.digests(), limits, trust);
  }

  public static ServerSettings settings(Path root, TransportChoice transport, String yaml)
      throws Exception {
    Settled.await(root); // so that the test's files have strong ETags
    Path file = Files.createTempFile("millrace", ".yaml");
    try {
      Files.writeString(file, yaml);
      Map<String, List<String>> flags =
          Map.of(
              "root", List.of(root.toString()),
              "listen", List.of("127.0.0.1:0"),
              "management", List.of("127.0.0.1:0"),
              "transport", List.of(transport.name().toLowerCase(Locale.ROOT)),
              "workers", List.of("2"),
              "drain", List.of("20s"),
              // Most tests leave connections open and need no grace period for requests in flight.
              "lame-duck", List.of(yaml.contains("lame-duck") ? "1s" : "0s"));
      return ServerSettings.load(new SettingsLoader.Flags(flags, file), Map.of());
    } finally {
      Files.delete(file);
    }
  }

  public InetSocketAddress address() {
    return server.addresses().getFirst();
  }

  public String url() {
    return "http://127.0.0.1:" + address().getPort();
  }

  public InetSocketAddress managementAddress() {
    return server.managementAddress();
  }

  public String managementUrl() {
    return "http://127.0.0.1:" + server.managementAddress().getPort();
  }

  public java.util.concurrent.Executor events(int loop) {
    return server.events(loop);
  }

  public int readBuffersTaken() {
    return server.readBuffersTaken();
  }

  /** The value of a metric, by its name with labels. */
  public String metric(String name) throws Exception {
    for (String line : metrics().split("\n")) {
      if (line.startsWith(name + " ")) {
        return line.substring(name.length() + 1);
      }
    }
    throw new AssertionError("no metric " + name);
  }

  /** Waits until a metric has a value. */
  public void await(String metric, double value) throws Exception {
    var _ = Await.until(() -> Double.parseDouble(metric(metric)), seen -> seen == value);
  }

  /** The status of /readyz. */
  public String readiness() throws Exception {
    return Programs.run(
            "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", managementUrl() + "/readyz")
        .out();
  }

  public String metrics() throws Exception {
    return Programs.run("curl", "-sSf", managementUrl() + "/metrics").out();
  }

  @Override
  public void close() {
    server.close();
  }
}
