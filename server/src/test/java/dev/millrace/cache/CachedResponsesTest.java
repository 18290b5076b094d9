package dev.millrace.cache;

import static dev.millrace.cache.CacheFiles.get;
import static dev.millrace.cache.CacheFiles.hits;
import static dev.millrace.cache.CacheFiles.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Await;
import dev.millrace.server.Conversation;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Settled;
import dev.millrace.transport.TransportChoice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Responses from the response cache always equal those of the full path. */
class CachedResponsesTest {
  private static final String RULES =
      """
      listing: on
      checksum-files: on
      cache: [{match: '*.txt', control: 'max-age=60'}]
      cors: [{match: '*.json', origins: ['*']}]
      types: {foo: text/x-foo}
      """;

  private static final String CLOSE = "\r\nConnection: close\r\n";

  @TempDir Path root;

  private RunningServer start(String yaml) throws Exception {
    return RunningServer.start(root, TransportChoice.URING, RULES + yaml);
  }

  private void write(String name, int length) throws Exception {
    CacheFiles.write(root, name, length);
  }

  @BeforeEach
  void tree() throws Exception {
    write("a.txt", 10);
    write("a.txt.gz", 7);
    write("b.bin", 1024);
    write("empty", 0);
    write("edge", 16 << 10);
    write("over", (16 << 10) + 1);
    write("large", 300_000);
    write("larger", (1 << 20) + 1);
    write("dir/index.html", 300);
    write("dir/data.json", 50);
    write("dir/with space.foo", 60);
    write(".hidden", 5);
  }

  /** Combines all targets with all fields that can change a response. */
  private List<String> requests(List<String> tags) {
    List<String[]> fields = new ArrayList<>();
    fields.add(new String[0]);
    for (String one :
        List.of(
            "Accept: */*",
            "Accept: application/json",
            "Accept-Encoding: gzip",
            "Accept-Encoding: br;q=0.5, gzip;q=0",
            "Connection: keep-alive",
            "Connection: Keep-Alive, x",
            "Connection: close",
            "connection:  CLOSE",
            "Connection: close, x",
            "Range: bytes=0-3",
            "If-Modified-Since: Thu, 29 Feb 2024 12:34:56 GMT",
            "If-Match: \"x\"",
            "If-Range: \"x\"",
            "Origin: http://o",
            "Want-Repr-Digest: sha-256=1",
            "Want-Content-Digest: sha-256=1",
            "Content-Length: 0",
            "Authorization: Basic eDp5",
            "X-Forwarded-For: 10.0.0.1",
            "Upgrade: websocket",
            "If-None-Match: *",
            "If-None-Match: \"x\"",
            "X-Other: y")) {
      fields.add(new String[] {one});
      fields.add(new String[] {one, "Accept-Encoding: gzip"});
      fields.add(new String[] {one, one});
    }
    for (String tag : tags) {
      fields.add(new String[] {"If-None-Match: " + tag});
      fields.add(new String[] {"If-None-Match: W/" + tag, "Accept: */*"});
      fields.add(new String[] {"If-None-Match: \"y\", " + tag});
      fields.add(new String[] {"If-None-Match: " + tag, "Range: bytes=0-0"});
    }
    List<String> requests = new ArrayList<>();
    for (String target :
        List.of(
            "/a.txt",
            "/a.txt?x=1",
            "/b.bin",
            "/empty",
            "/edge",
            "/over",
            "/large",
            "/dir",
            "/dir/",
            "/dir/index.html",
            "/dir/data.json",
            "/dir/with%20space.foo",
            "/nothing",
            "/.hidden",
            "/b.bin.sha256",
            "/%62.bin",
            "//b.bin",
            "/dir/../b.bin",
            "http://h/b.bin")) {
      for (String[] some : fields) {
        requests.add(request("GET", target, some));
        requests.add(request("HEAD", target, some));
      }
    }
    return requests;
  }

  @Test
  void cachedResponsesEqualTheFullPathsExceptForTheDate() throws Exception {
    try (RunningServer cached = start("digests: on-request\n");
        RunningServer full = start("digests: on-request\nresponse-cache: off\nopen-files: 0\n");
        Conversation one = new Conversation(cached);
        Conversation other = new Conversation(full)) {
      List<String> tags = new ArrayList<>();
      for (String target : List.of("/a.txt", "/b.bin", "/empty", "/edge")) {
        String head = other.exchange(request("HEAD", target));
        tags.add(head.replaceFirst("(?s).*ETag: ([^\r]*)\r.*", "$1"));
      }
      List<String> requests = requests(tags);
      for (String request : requests) {
        String expected = other.exchange(request);
        for (int time = 0; time < 3; time++) {
          assertEquals(expected, one.exchange(request), "time " + time + " of " + request);
        }
      }
      assertTrue(hits(cached) > 300, "cache hits: " + hits(cached));
    }
  }

  @Test
  void pipelinedResponsesKeepTheirOrderOnBothPaths() throws Exception {
    List<String> requests = new ArrayList<>(requests(List.of()));
    Random random = new Random(9);
    try (RunningServer cached = start("digests: on-request\n");
        RunningServer full = start("digests: on-request\nresponse-cache: off\nopen-files: 0\n")) {
      try (Conversation one = new Conversation(cached);
          Conversation other = new Conversation(full)) {
        for (String request : List.copyOf(requests)) {
          one.exchange(request); // so that both servers have the same digests cached
          if (other.exchange(request).contains(CLOSE)) {
            requests.remove(request);
          }
        }
      }
      for (int round = 0; round < 60; round++) {
        try (Conversation one = new Conversation(cached);
            Conversation other = new Conversation(full)) {
          List<String> batch = new ArrayList<>();
          for (int i = 0; i < 40; i++) {
            batch.add(
                switch (random.nextInt(8)) {
                  case 0, 1 -> requests.get(random.nextInt(requests.size()));
                  case 2 -> get("/large");
                  case 3 -> get("/over");
                  default -> get("/b.bin");
                });
          }
          one.send(String.join("", batch));
          other.send(String.join("", batch));
          for (String request : batch) {
            boolean bodiless = request.startsWith("HEAD");
            assertEquals(other.response(bodiless), one.response(bodiless), request);
          }
        }
      }
      assertTrue(hits(cached) > 200, "cache hits: " + hits(cached));
    }
  }

  @Test
  void theNextRequestSeesAChangedFile() throws Exception {
    Path file = root.resolve("b.bin");
    Path aside = root.resolve("aside");
    try (RunningServer server = start("digests: background\n");
        Conversation client = new Conversation(server)) {
      for (int i = 0; i < 150; i++) {
        String content = "content " + i;
        switch (i % 3) {
          case 0 -> Files.writeString(file, content);
          case 1 -> {
            Files.writeString(aside, content);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
          }
          default -> {
            Files.delete(file);
            assertTrue(client.exchange(get("/b.bin")).startsWith("HTTP/1.1 404 "), "deleted");
            Files.writeString(file, content);
          }
        }
        for (int time = 0; time < 4; time++) {
          String response = client.exchange(get("/b.bin"));
          assertTrue(response.endsWith("\r\n\r\n" + content), i + ": " + response);
        }
        if (i % 10 == 0) {
          Settled.await(root); // so that the response is cached and served as a hit
          client.exchange(get("/b.bin"));
          client.exchange(get("/b.bin"));
        }
      }
      assertTrue(hits(server) > 10, "cache hits: " + hits(server));
    }
  }

  @Test
  void filesLargerThan16KibibytesAreCacheHitsToo() throws Exception {
    try (RunningServer server = start("digests: on-request\nrevalidate: 60s\n");
        Conversation client = new Conversation(server)) {
      for (String name : List.of("over", "large", "larger")) {
        String content = Files.readString(root.resolve(name), StandardCharsets.ISO_8859_1);
        long before = hits(server);
        for (int i = 0; i < 5; i++) {
          String response = client.exchange(get("/" + name));
          assertTrue(response.endsWith("\r\n\r\n" + content), name);
        }
        assertEquals(before + 4, hits(server), name);
      }
    }
  }

  @Test
  void theFirstRequestOfAConnectionCanBeACacheHit() throws Exception {
    try (RunningServer server = start("digests: on-request\nrevalidate: 60s\n")) {
      try (Conversation first = new Conversation(server)) {
        first.exchange(get("/b.bin"));
      }
      for (int i = 1; i <= 20; i++) {
        try (Conversation next = new Conversation(server)) {
          assertTrue(next.exchange(get("/b.bin")).startsWith("HTTP/1.1 200 "));
        }
        assertEquals(i, hits(server));
      }
    }
  }

  @Test
  void theETagChangesOnceTheDigestIsKnown() throws Exception {
    try (RunningServer server = start("digests: background\n");
        Conversation client = new Conversation(server)) {
      String before = client.exchange(get("/b.bin"));
      String after = before;
      for (int i = 0; i < 2000 && !after.contains("Repr-Digest"); i++) {
        after = client.exchange(get("/b.bin"));
      }
      assertNotEquals(before, after);
      long soFar = hits(server);
      assertEquals(after, client.exchange(get("/b.bin")));
      assertEquals(after, client.exchange(get("/b.bin")));
      assertTrue(hits(server) > soFar);
    }
  }

  @Test
  void aReplacedSymlinkIsSeenAfterTheRevalidationTime() throws Exception {
    write("one/f", 10);
    write("two/f", 20);
    Path link = Files.createSymbolicLink(root.resolve("current"), Path.of("one"));
    try (RunningServer server = start("revalidate: 300ms\n");
        Conversation client = new Conversation(server)) {
      String before = client.exchange(get("/current/f"));
      assertTrue(before.contains("Content-Length: 10\r"), before);
      client.exchange(get("/current/f"));
      Path fresh = Files.createSymbolicLink(root.resolve("fresh"), Path.of("two"));
      Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
      long deadline = System.nanoTime() + 5_000_000_000L;
      String now = before;
      while (now.contains("Content-Length: 10\r") && System.nanoTime() < deadline) {
        now = client.exchange(get("/current/f"));
      }
      assertTrue(now.contains("Content-Length: 20\r"), now);
    }
  }

  @Test
  void cacheHitsAreLoggedLikeOtherResponses() throws Exception {
    Path log = Files.createTempFile("access", ".log");
    try (RunningServer server =
            start("digests: on-request\naccess-log: " + log + "\naccess-log-format: json\n");
        Conversation client = new Conversation(server)) {
      String request = get("/b.bin", "User-Agent: agent \"1\"", "referer: http://r/");
      for (int i = 0; i < 5; i++) {
        client.exchange(request);
      }
      assertTrue(hits(server) >= 3);
      List<String> lines = Await.until(() -> Files.readAllLines(log), seen -> seen.size() >= 5);
      assertEquals(5, lines.size());
      for (String line : lines) {
        assertEquals(
            lines.getFirst().replaceAll("\"(time|duration[^\"]*)\":[^,}]*", ""),
            line.replaceAll("\"(time|duration[^\"]*)\":[^,}]*", ""));
      }
    } finally {
      Files.delete(log);
    }
  }
}
