package dev.millrace.acme;

import dev.millrace.server.Await;
import dev.millrace.server.Programs;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Pebble, the small ACME authority of Let's Encrypt, with a name server that resolves each name to
 * 127.0.0.1. It keeps everything in memory, so a restart forgets accounts.
 */
final class Pebble implements AutoCloseable {
  private static final long END_SECONDS = 10;

  private final Path folder;
  private final int port = freePort();
  private final int dnsPort = freePort();
  private final List<Process> processes = new ArrayList<>();
  private Process pebble;

  /**
   * Starts the authority.
   *
   * @param folder for its files, empty
   * @param lifeSeconds of certificates
   */
  Pebble(Path folder, TestResponder responder, long lifeSeconds) throws Exception {
    this(folder, responder.httpPort(), responder.tlsPort(), lifeSeconds);
  }

  /**
   * Starts the authority.
   *
   * @param httpPort and {@code tlsPort}: where it validates names
   */
  Pebble(Path folder, int httpPort, int tlsPort, long lifeSeconds) throws Exception {
    this.folder = folder;
    Programs.Result made =
        Programs.run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            key().toString(),
            "-out",
            certificate().toString(),
            "-days",
            "2",
            "-subj",
            "/CN=pebble",
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1");
    if (made.exitCode() != 0) {
      throw new AssertionError(made.err());
    }
    Files.writeString(
        folder.resolve("pebble.json"),
        """
        {"pebble": {
          "listenAddress": "127.0.0.1:%d",
          "certificate": "%s",
          "privateKey": "%s",
          "httpPort": %d,
          "tlsPort": %d,
          "domainBlocklist": ["blocked.test"],
          "certificateValidityPeriod": %d
        }}
        """
            .formatted(port, certificate(), key(), httpPort, tlsPort, lifeSeconds));
    try {
      start(
          folder.resolve("dns.txt"),
          List.of(
              "pebble-challtestsrv",
              "-defaultIPv6=",
              "-dns01=127.0.0.1:" + dnsPort,
              "-http01=",
              "-https01=",
              "-tlsalpn01=",
              "-management=127.0.0.1:" + freePort()),
          dnsPort);
      restart();
    } catch (AssertionError | Exception failed) {
      close();
      throw failed;
    }
  }

  /** Starts the authority, on the same port, without its former accounts. */
  void restart() throws Exception {
    pebble =
        start(
            log(),
            List.of(
                "pebble",
                "-config=" + folder.resolve("pebble.json"),
                "-dnsserver=127.0.0.1:" + dnsPort),
            port);
  }

  /** Ends the authority and leaves the name server running. */
  void stop() {
    end(pebble);
  }

  URI directory() {
    return URI.create("https://localhost:" + port + "/dir");
  }

  int port() {
    return port;
  }

  /** The trust anchor of its HTTPS. */
  Path certificate() {
    return folder.resolve("https.pem");
  }

  Path key() {
    return folder.resolve("https-key.pem");
  }

  private Path log() {
    return folder.resolve("pebble.txt");
  }

  /** Number of orders that it has accepted since its last start. */
  long orders() throws IOException {
    try (var lines = Files.lines(log())) {
      return lines.filter(line -> line.contains("Added order")).count();
    }
  }

  private Process start(Path log, List<String> command, int waitForPort) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
    builder.environment().put("PEBBLE_WFE_NONCEREJECT", "5");
    builder.environment().put("PEBBLE_AUTHZREUSE", "0");
    Process process = builder.start();
    processes.add(process);
    Await.until(() -> !process.isAlive() || accepts(waitForPort));
    if (!process.isAlive()) {
      throw new AssertionError(command + ": " + Files.readString(log));
    }
    return process;
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void end(Process process) {
    process.destroyForcibly();
    var _ = process.onExit().orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
  }

  /** A port that is free for TCP and UDP on the loopback address. */
  static int freePort() {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    while (true) {
      try (ServerSocket tcp = new ServerSocket(0, 1, loopback);
          DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), loopback)) {
        return udp.getLocalPort();
      } catch (BindException takenForUdp) {
        // the next port
      } catch (IOException unusable) {
        throw new AssertionError(unusable);
      }
    }
  }

  @Override
  public void close() {
    for (Process process : processes) {
      end(process);
    }
  }
}
