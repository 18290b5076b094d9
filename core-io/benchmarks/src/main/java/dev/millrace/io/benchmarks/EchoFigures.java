package dev.millrace.io.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Processor time of an echo server for a message of 64 bytes, with 64 connections that each have
 * one message under way: {@code RingSocket} on virtual threads beside the JDK's blocking sockets on
 * virtual threads, and state machines on the loop beside Netty's io_uring transport. The servers
 * take turns within a round. Argument: rounds.
 */
public final class EchoFigures {
  private static final int CONNECTIONS = 64;
  private static final long WARM_NANOS = 4_000_000_000L;
  private static final long MEASURED_NANOS = 4_000_000_000L;

  /** {@code CLK_TCK}, the unit of times in /proc, on every Linux that this runs on. */
  private static final double TICK_MICROS = 10_000;

  private enum Server {
    MILLRACE,
    MILLRACE_LOOP,
    JDK,
    NETTY
  }

  private record Figure(double micros, double messagesPerSecond) {}

  private EchoFigures() {}

  public static void main(String... arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    Map<Server, List<Figure>> figures = new EnumMap<>(Server.class);
    for (int round = 0; round < rounds; round++) {
      for (Server server : Server.values()) {
        Figure figure = measure(server);
        figures.computeIfAbsent(server, _ -> new ArrayList<>()).add(figure);
        System.out.printf(
            "%d %s %.2f us, %.0f messages/s%n",
            round, name(server), figure.micros(), figure.messagesPerSecond());
      }
    }
    double threads = median(figures, Server.MILLRACE);
    double loop = median(figures, Server.MILLRACE_LOOP);
    for (Server server : Server.values()) {
      double micros = median(figures, server);
      System.out.printf(
          "median of %s: %.2f us a message; millrace %.2f, millrace-loop %.2f times%n",
          name(server), micros, threads / micros, loop / micros);
    }
  }

  private static String name(Server server) {
    return server.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static double median(Map<Server, List<Figure>> figures, Server server) {
    List<Double> micros = new ArrayList<>();
    figures.getOrDefault(server, List.of()).forEach(figure -> micros.add(figure.micros()));
    Collections.sort(micros);
    return micros.get(micros.size() / 2);
  }

  private static Figure measure(Server server) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                EchoServers.class.getName(),
                name(server))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = process.inputReader()) {
      return load(Integer.parseInt(out.readLine()), process.pid());
    } finally {
      process.destroyForcibly();
      var _ = process.waitFor();
    }
  }

  private static Figure load(int port, long server) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    ByteBuffer message = ByteBuffer.allocateDirect(EchoServers.MESSAGE_BYTES);
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < CONNECTIONS; i++) {
        SocketChannel connection = SocketChannel.open(address);
        connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
        connection.configureBlocking(false);
        connection.register(
            selector, SelectionKey.OP_READ, ByteBuffer.allocateDirect(EchoServers.MESSAGE_BYTES));
        var _ = connection.write(message.clear());
      }
      var _ = echo(selector, message, WARM_NANOS);
      long cpuBefore = ticks(server);
      long from = System.nanoTime();
      long messages = echo(selector, message, MEASURED_NANOS);
      double seconds = (System.nanoTime() - from) / 1e9;
      double micros = (ticks(server) - cpuBefore) * TICK_MICROS / messages;
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      return new Figure(micros, messages / seconds);
    }
  }

  private static long echo(Selector selector, ByteBuffer message, long nanos) throws IOException {
    long end = System.nanoTime() + nanos;
    long messages = 0;
    while (System.nanoTime() < end) {
      var _ = selector.select(1000);
      for (SelectionKey key : selector.selectedKeys()) {
        ByteBuffer received = (ByteBuffer) key.attachment();
        SocketChannel connection = (SocketChannel) key.channel();
        if (connection.read(received) < 0) {
          throw new IOException("the server has closed a connection");
        }
        if (!received.hasRemaining()) {
          received.clear();
          messages++;
          var _ = connection.write(message.clear());
        }
      }
      selector.selectedKeys().clear();
    }
    return messages;
  }

  /** The processor time that a process has used. */
  private static long ticks(long process) throws IOException {
    String stat = Files.readString(Path.of("/proc", "" + process, "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }
}
