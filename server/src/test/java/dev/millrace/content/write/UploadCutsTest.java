package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Answered;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that end within an upload, and servers that share a volume. */
class UploadCutsTest {
  private static final String RULE =
      "upload-sync: off\nwrite: [{path: /in, allow: [create, replace], anyone: on}]\n";

  @TempDir Path root;

  private List<String> names() throws Exception {
    try (Stream<Path> all = Files.walk(root.resolve("in"))) {
      return all.map(path -> root.relativize(path).toString()).sorted().toList();
    }
  }

  /** At each of 1,000 points of the request, chunked and with a length. */
  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void aCutAtAnyPointStoresNothing(Via via) throws Exception {
    Files.createDirectories(root.resolve("in"));
    Files.writeString(root.resolve("in/old"), "old");
    String fixed =
        "PUT /in/old HTTP/1.1\r\nHost: test\r\nContent-Length: 440\r\n\r\n" + "x".repeat(440);
    String chunked =
        "PUT /in/new HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
            + ("40\r\n" + "y".repeat(64) + "\r\n").repeat(6)
            + "0\r\nTrailer-Field: z\r\n\r\n";
    try (RunningServer server = RunningServer.start(root, via, RULE)) {
      int points = 0;
      for (String request : List.of(fixed, chunked)) {
        for (int cut = 1; cut < request.length(); cut++) {
          try (RawClient client = new RawClient(server.address())) {
            client.send(request.substring(0, cut));
          }
          points++;
        }
      }
      assertTrue(points >= 1_000, points + " points");
      server.await("millrace_uploads_active", 0);
      server.await("millrace_connections_open", 0);
      assertEquals("old", Files.readString(root.resolve("in/old")));
      assertEquals(List.of("in", "in/old"), names());
      assertEquals(204, Answered.raw(server.address(), fixed).status());
      assertEquals(201, Answered.raw(server.address(), chunked).status());
    }
  }

  private static int put(RunningServer server, String target, String body) throws Exception {
    return Answered.raw(
            server.address(),
            "PUT "
                + target
                + " HTTP/1.1\r\nHost: test\r\nIf-None-Match: *\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
        .status();
  }

  @Test
  void ofTwoServersOnOneVolumeOneCreatesAFile() throws Exception {
    Files.createDirectories(root.resolve("in"));
    try (RunningServer one = RunningServer.start(root, Via.URING, RULE);
        RunningServer two = RunningServer.start(root, Via.URING, RULE)) {
      for (int round = 0; round < 50; round++) {
        String target = "/in/f" + round;
        CyclicBarrier both = new CyclicBarrier(2);
        List<FutureTask<Integer>> racers = new ArrayList<>();
        for (RunningServer server : List.of(one, two)) {
          FutureTask<Integer> racer =
              new FutureTask<>(() -> {
                both.await();
                return put(server, target, server.equals(one) ? "one" : "two");
              });
          racers.add(racer);
          var _ = Thread.ofPlatform().start(racer);
        }
        int first = racers.getFirst().get();
        assertEquals(201 + 412, first + racers.getLast().get());
        String stored = first == 201 ? "one" : "two";
        assertEquals(stored, Answered.get(one, 200, target).text());
        assertEquals(stored, Answered.get(two, 200, target).text(), "seen at once");
      }
      assertFalse(names().stream().anyMatch(name -> name.contains("millrace-uploads/")));
    }
  }
}
