package dev.millrace.cache;

import static dev.millrace.cache.CacheFiles.get;
import static dev.millrace.cache.CacheFiles.hits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Conversation;
import dev.millrace.server.Descriptors;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Settled;
import dev.millrace.transport.TransportChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which responses stay in the response cache, how much memory they use, and when they expire. */
class CacheKeptTest {
  @TempDir Path root;

  private RunningServer start(String yaml) throws Exception {
    return RunningServer.start(root, TransportChoice.URING, yaml);
  }

  /** Bodies that do not fit are read from their files; files beyond open-files are reopened. */
  @Test
  void theCacheIsBoundedAndServesRepeatedScans() throws Exception {
    for (int i = 0; i < 200; i++) {
      CacheFiles.write(root, "many/" + i, 8000 + i);
    }
    String settings = "digests: on-request\nresponse-cache: 400KiB\nopen-files: 8\n";
    try (RunningServer server = start(settings);
        RunningServer full = start("digests: on-request\nresponse-cache: off\nopen-files: 0\n");
        Conversation client = new Conversation(server);
        Conversation other = new Conversation(full)) {
      for (int round = 0; round < 4; round++) {
        long before = hits(server);
        for (int i = 0; i < 200; i++) {
          assertEquals(other.exchange(get("/many/" + i)), client.exchange(get("/many/" + i)));
        }
        double bytes = Double.parseDouble(server.metric("millrace_response_cache_bytes"));
        assertTrue(bytes > 300_000 && bytes <= 400 << 10, "bytes: " + bytes);
        if (round > 0) {
          assertEquals(before + 200, hits(server), "cache hits in round " + round);
        }
      }
      for (int i = 0; i < 200; i++) {
        CacheFiles.write(root, "many/" + i, 9000 + i);
      }
      Settled.await(root); // until then the ETag is weak, and changes
      for (int i = 0; i < 200; i++) {
        assertEquals(other.exchange(get("/many/" + i)), client.exchange(get("/many/" + i)));
      }
      for (int i = 0; i < 200; i++) {
        Files.delete(root.resolve("many/" + i));
        assertTrue(client.exchange(get("/many/" + i)).startsWith("HTTP/1.1 404 "));
      }
      List<String> open = Descriptors.openBelow(root + "/many/");
      assertTrue(open.size() < 20, "files open: " + open);
    }
  }

  /** Responses that are requested once do not evict frequent ones. */
  @Test
  void frequentlyRequestedResponsesStay() throws Exception {
    for (int i = 0; i < 400; i++) {
      CacheFiles.write(root, "often/" + i % 20, 8000);
      CacheFiles.write(root, "once/" + i, 8000);
    }
    try (RunningServer server = start("digests: on-request\nresponse-cache: 256KiB\n");
        Conversation client = new Conversation(server)) {
      for (int i = 0; i < 400; i++) {
        client.exchange(get("/often/" + i % 20));
      }
      for (int i = 0; i < 400; i++) {
        client.exchange(get("/once/" + i));
      }
      long before = hits(server);
      for (int i = 0; i < 20; i++) {
        client.exchange(get("/often/" + i));
      }
      assertEquals(before + 20, hits(server));
    }
  }

  /** After the revalidation time, the cache resolves the path again before it serves a hit. */
  @Test
  void pathsAreResolvedAgainAfterTheRevalidationTime() throws Exception {
    CacheFiles.write(root, "one/f", 10);
    CacheFiles.write(root, "one/g.txt", 10);
    try (RunningServer server =
            start("digests: on-request\nrevalidate: 50ms\nfallback: [/one/f]\n");
        Conversation client = new Conversation(server)) {
      String response = client.exchange(get("/one/f"));
      String text = client.exchange(get("/one/g.txt", "Accept-Encoding: gzip"));
      String fallback = client.exchange(get("/nothing"));
      Thread.sleep(1500);
      long before = hits(server);
      assertEquals(response, client.exchange(get("/one/f")));
      assertEquals(before + 1, hits(server), "a hit after the path was resolved again");
      assertEquals(text, client.exchange(get("/one/g.txt", "Accept-Encoding: gzip")));
      assertEquals(fallback, client.exchange(get("/nothing")));
      assertEquals(before + 1, hits(server), "several paths determine these: no cache hits");
      CacheFiles.write(root, "one/g.txt.gz", 7);
      CacheFiles.write(root, "nothing", 3);
      Files.move(root.resolve("one"), root.resolve("two"));
      Thread.sleep(60);
      assertTrue(client.exchange(get("/one/f")).startsWith("HTTP/1.1 404 "));
      assertTrue(client.exchange(get("/nothing")).contains("Content-Length: 3\r"));
      assertTrue(
          client
              .exchange(get("/two/g.txt", "Accept-Encoding: gzip"))
              .contains("Content-Encoding: gzip\r"));
    }
  }
}
