package dev.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server as a process of its own, started with this process's class path and options. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern PORTS =
      Pattern.compile(" at http://[^ ]*:(\\d+).* management at http://[^ ]*:(\\d+)");

  private final Process process;
  private final int port;
  private final int managementPort;

  private ServerProcess(Process process, int port, int managementPort) {
    this.process = process;
    this.port = port;
    this.managementPort = managementPort;
  }

  /**
   * Starts it on free ports of the loopback and waits until it serves.
   *
   * @param prefix a program that starts it, as taskset
   */
  static ServerProcess start(List<String> prefix, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.millrace.cli.Millrace", "serve"));
    command.addAll(List.of("--listen=127.0.0.1:0", "--management=127.0.0.1:0"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    BufferedReader out = process.inputReader();
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher ports = PORTS.matcher(line);
      if (ports.find()) {
        return new ServerProcess(
            process, Integer.parseInt(ports.group(1)), Integer.parseInt(ports.group(2)));
      }
      said.append(line).append('\n');
    }
    throw new IOException("the server did not start: " + said);
  }

  Socket connect() throws IOException {
    return connect(port);
  }

  Socket connectToManagement() throws IOException {
    return connect(managementPort);
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  /** Asks for a digest and waits for it, however long: {@code sha-256=:...:}. */
  String digest(String name) throws IOException {
    try (Socket socket = connect(port)) {
      String head =
          exchange(
              socket,
              "HEAD /"
                  + name
                  + " HTTP/1.1\r\nHost: h\r\nWant-Repr-Digest: sha-256=1\r\nConnection: close\r\n\r\n");
      for (String line : head.split("\r\n")) {
        if (line.startsWith("Repr-Digest: ")) {
          return line.substring("Repr-Digest: ".length());
        }
      }
      throw new IOException("no digest: " + head);
    }
  }

  /** The value of a figure on the management port. */
  double figure(String name) throws IOException {
    try (Socket socket = connect(managementPort)) {
      String page =
          exchange(socket, "GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      for (String line : page.split("\n")) {
        if (line.startsWith(name + " ")) {
          return Double.parseDouble(line.substring(name.length() + 1).strip());
        }
      }
      throw new IOException("no figure " + name);
    }
  }

  private static String exchange(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      var _ = process.waitFor();
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
