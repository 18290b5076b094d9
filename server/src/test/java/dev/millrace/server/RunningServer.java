package dev.millrace.server;

import dev.millrace.config.SettingsLoader;
import dev.millrace.http.http2.Http2Settings;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.proxy.TrustedProxies;
import dev.millrace.transport.TransportChoice;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** A server in this process on free ports. */
public final class RunningServer implements AutoCloseable {
  private final FileServer server;
  private final boolean http2;

  private final ServerSettings settings;

  private RunningServer(FileServer server, ServerSettings settings) {
    this.server = server;
    this.http2 = settings.get(Http2Settings.H2C);
    this.settings = settings;
  }

  public static RunningServer start(Path root, TransportChoice transport) throws Exception {
    return start(root, Via.plain(transport), "");
  }

  public static RunningServer start(Path root, Via via) throws Exception {
    return start(root, via, "");
  }

  public static RunningServer start(Path root, TransportChoice transport, String yaml)
      throws Exception {
    return start(root, Via.plain(transport), yaml);
  }

  /**
   * @param yaml further settings
   */
  public static RunningServer start(Path root, Via via, String yaml) throws Exception {
    return start(settings(root, via, yaml));
  }

  public static RunningServer start(ServerSettings settings) throws Exception {
    return new RunningServer(FileServer.start(settings), settings);
  }

  /** Starts with limits that are not settings. */
  public static RunningServer start(Path root, TransportChoice transport, HttpLimits limits)
      throws Exception {
    return start(root, Via.plain(transport), limits, TrustedProxies.NONE);
  }

  public static RunningServer start(Path root, Via via, HttpLimits limits) throws Exception {
    return start(root, via, limits, TrustedProxies.NONE);
  }

  public static RunningServer start(Path root, Via via, HttpLimits limits, TrustedProxies trust)
      throws Exception {
    return start(settings(root, via, "", limits, trust));
  }

  public static ServerSettings settings(
      Path root, Via via, String yaml, HttpLimits limits, TrustedProxies trust) throws Exception {
    ServerSettings s = settings(root, via, yaml);
    return new ServerSettings(
        s.values(), s.mounts(), s.digests(), limits, trust, s.https(), s.limits());
  }

  public static ServerSettings settings(Path root, TransportChoice transport, String yaml)
      throws Exception {
    return settings(root, Via.plain(transport), yaml);
  }

  public static ServerSettings settings(Path root, Via via, String yaml) throws Exception {
    Settled.await(root); // so that the test's files have strong ETags
    Path file = Files.createTempFile("millrace", ".yaml");
    try {
      Files.writeString(file, yaml);
      Map<String, List<String>> flags = new HashMap<>();
      flags.put("root", List.of(root.toString()));
      flags.put("listen", List.of("127.0.0.1:0"));
      flags.put("management", List.of("127.0.0.1:0"));
      flags.put("transport", List.of(via.setting()));
      flags.put("workers", List.of("2"));
      flags.put("drain", List.of("20s"));
      // Most tests leave connections open and need no grace period for requests in flight.
      flags.put("lame-duck", List.of(yaml.contains("lame-duck") ? "1s" : "0s"));
      if (via.isHttp2()) {
        flags.put("h2c", List.of("on"));
      }
      if (via.isTls()) {
        flags.put("tls-listen", List.of("127.0.0.1:0"));
        flags.put("tls-cert", List.of(TestTls.certificate().toString()));
        flags.put("tls-key", List.of(TestTls.key().toString()));
      }
      return ServerSettings.load(new SettingsLoader.Flags(flags, file), Map.of());
    } finally {
      Files.delete(file);
    }
  }

  /** The address of HTTPS if the server has one, else of HTTP/2 or HTTP. */
  public InetSocketAddress address() {
    if (!server.tlsAddresses().isEmpty()) {
      return new TestTls.Address(server.tlsAddresses().getFirst());
    }
    return http2 ? new Http2Bridge.Address(plainAddress()) : plainAddress();
  }

  /** The address of HTTPS, for a client that adds no TLS itself. */
  public InetSocketAddress rawTlsAddress() {
    return server.tlsAddresses().getFirst();
  }

  /** As on SIGHUP, with the same settings. */
  public void reload() {
    boolean _ = reload(() -> settings);
  }

  /** As on SIGHUP; false if nothing was applied. */
  public boolean reload(SettingsSource source) {
    return server.reload(source);
  }

  public String greeting() {
    return server.greeting();
  }

  public InetSocketAddress plainAddress() {
    return server.addresses().getFirst();
  }

  public String url() {
    boolean tls = address() instanceof TestTls.Address;
    return (tls ? "https" : "http") + "://127.0.0.1:" + address().getPort();
  }

  public InetSocketAddress managementAddress() {
    return Objects.requireNonNull(server.managementAddress());
  }

  public String managementUrl() {
    return "http://127.0.0.1:" + managementAddress().getPort();
  }

  public java.util.concurrent.Executor events(int loop) {
    return server.loop(loop).events();
  }

  public int readBuffersTaken() {
    return IntStream.range(0, server.transport().loops().size())
        .map(loop -> server.loop(loop).buffers().taken())
        .sum();
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
