package dev.millrace.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted of connections on NIO. */
class NioMetricsTest {
  private static final int BYTES = 3_000_000;

  @TempDir Path root;

  private static double value(RunningServer server, String name) throws Exception {
    for (String line : server.metrics().split("\n")) {
      if (line.startsWith(name + " ")) {
        return Double.parseDouble(line.substring(name.length() + 1));
      }
    }
    throw new AssertionError("no " + name);
  }

  private static void awaitClosed(RunningServer server, String reason, int count) throws Exception {
    String name = "millrace_connections_closed_total{reason=\"" + reason + "\"}";
    Await.until(() -> value(server, name) == count);
  }

  @Test
  void bytesAndEndsOfConnectionsAreCounted() throws Exception {
    Files.write(root.resolve("large"), new byte[BYTES]);
    try (RunningServer server = RunningServer.start(root, TransportChoice.NIO)) {
      try (RawClient client = new RawClient(server.address())) {
        client.request("GET", "/large");
        assertEquals(BYTES, client.body(client.head()).length);
        assertEquals(1, value(server, "millrace_loop_connections_open{loop=\"0\"}"));
      }
      awaitClosed(server, "peer", 1);
      double sent = value(server, "millrace_sent_bytes_total");
      assertTrue(sent > BYTES && sent < BYTES + 1000, "sent " + sent);
      double received = value(server, "millrace_received_bytes_total");
      assertTrue(received > 20 && received < 1000, "received " + received);
      assertTrue(value(server, "millrace_loop_busy_seconds_total{loop=\"0\"}") > 0);

      try (RawClient client = new RawClient(server.address())) {
        client.request("GET", "/missing", "Connection: close");
        client.body(client.head());
      }
      awaitClosed(server, "server", 1);
      try (Socket socket = new Socket()) {
        InetSocketAddress address = server.address();
        socket.connect(address);
        socket.getOutputStream().write("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".getBytes());
        assertTrue(socket.getInputStream().read() > 0);
        socket.setSoLinger(true, 0); // resets, with most of the response unread
      }
      awaitClosed(server, "reset", 1);
      Await.until(() -> value(server, "millrace_loop_connections_open{loop=\"0\"}") == 0);
    }
  }
}
