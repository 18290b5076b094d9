package dev.millrace.http.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.server.Descriptors;
import dev.millrace.server.LogLines;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.transport.TransportChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request that arrives while the server ends its connections: its file opens after the close. */
class LateRequestsTest {
  private static final int CLIENTS = 20;

  @TempDir Path root;

  @BeforeEach
  void tree() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      Path file = Files.write(root.resolve("f" + i), new byte[40_000]);
      // Unchanged for long, so that the response is cacheable.
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2024-02-29T12:00:00Z")));
    }
  }

  @Test
  void requestsDuringAStopLogNoErrorAndLeakNoFile() throws Exception {
    try (LogLines log = new LogLines("dev.millrace")) {
      // No digests: at a stop, files may still be queued for hashing.
      RunningServer server = RunningServer.start(root, TransportChoice.URING, "digests: off\n");
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        RawClient client = new RawClient(server.address());
        client.get("/none");
        client.body(client.head().contentLength());
        clients.add(client);
      }
      Semaphore resume = new Semaphore(0);
      server.events(0).execute(resume::acquireUninterruptibly);
      Thread stopping = Thread.ofPlatform().start(server::close);
      Thread.sleep(300); // the stop's tasks and these requests queue up for the loop
      for (int i = 0; i < CLIENTS; i++) {
        clients.get(i).get("/f" + i);
      }
      resume.release();
      stopping.join();
      for (RawClient client : clients) {
        client.close();
      }
      assertEquals(List.of(), log.lines());
    }
    assertEquals(List.of(), Descriptors.openBelow(root.toString()));
  }
}
