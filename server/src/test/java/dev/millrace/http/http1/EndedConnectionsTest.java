package dev.millrace.http.http1;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections whose last request was a cache hit are not retained. */
class EndedConnectionsTest {
  private static final String LAST = "GET /f HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  private static final int CONNECTIONS = 400;

  @TempDir Path root;

  @Test
  void closedConnectionsAreNotRetained() throws Exception {
    Path file = Files.writeString(root.resolve("f"), "content");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2024-02-29T12:00:00Z")));
    try (RunningServer server =
        RunningServer.start(
            root, TransportChoice.URING, "digests: on-request\nrevalidate: 60s\n")) {
      request(server); // caches the response
      try (RawClient idle = new RawClient(server.address())) {
        idle.get("/f");
        idle.body((int) idle.head().contentLength());
        assertTrue(reachableConnections() > 0, "an open connection is counted");
      }
      long before = reachableConnections();
      for (int i = 0; i < CONNECTIONS; i++) {
        request(server);
      }
      long more = reachableConnections() - before;
      assertTrue(more < CONNECTIONS / 4, more + " of " + CONNECTIONS + " are still reachable");
    }
  }

  private static void request(RunningServer server) throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      client.send(LAST);
      client.body((int) client.head().contentLength());
      assertTrue(client.atEnd());
    }
  }

  /** Reachable instances: the histogram runs after a garbage collection. */
  private static long reachableConnections() throws Exception {
    String classes =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    assertTrue(classes.contains("dev.millrace.server.FileServer"), classes);
    return classes
        .lines()
        .map(line -> line.trim().split("\\s+"))
        .filter(f -> f.length > 3 && f[3].equals("dev.millrace.http.http1.Http1Connection"))
        .mapToLong(f -> Long.parseLong(f[1]))
        .sum();
  }
}
