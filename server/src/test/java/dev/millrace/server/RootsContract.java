package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.RawClient.Head;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server follows changes of the directory that the root's path leads to. */
abstract class RootsContract {
  private static final Logger LOG = Logger.getLogger("dev.millrace");
  private static final long WITHIN_NANOS = 20_000_000_000L;

  @TempDir Path dir;

  private final StringBuffer logged = new StringBuffer();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          String text = String.valueOf(entry.getMessage());
          if (text.startsWith("root ")) {
            logged.append(text).append('\n');
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  abstract Via transport();

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    LOG.removeHandler(handler);
  }

  private RunningServer start(String yaml) throws Exception {
    return RunningServer.start(
        dir.resolve("root"), transport(), "listing: on\nrevalidate: 100ms\n" + yaml);
  }

  private Path release(String name) throws IOException {
    Path release = Files.createDirectories(dir.resolve(name));
    Files.writeString(release.resolve("f"), name);
    Files.writeString(release.resolve("f.css"), "/* " + name + " */");
    Files.writeString(release.resolve("f.css.gz"), name); // the content does not matter
    return release;
  }

  private void leadTo(String name) throws IOException {
    Path next = Files.createSymbolicLink(dir.resolve("next"), Path.of(name));
    Files.move(next, dir.resolve("root"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String get(RunningServer server, String target) throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      client.get(target);
      Head head = client.head();
      byte[] body = client.body(head);
      return head.status() + " " + new String(body, StandardCharsets.UTF_8).strip();
    }
  }

  /** Repeats the request until the response is as expected. */
  private static void await(RunningServer server, String target, String expected) throws Exception {
    long deadline = System.nanoTime() + WITHIN_NANOS;
    String last = get(server, target);
    while (!last.equals(expected)) {
      assertTrue(
          System.nanoTime() < deadline, "last response: " + last + ", expected: " + expected);
      last = get(server, target);
    }
  }

  private static void awaitReady(RunningServer server, int status) throws Exception {
    long deadline = System.nanoTime() + WITHIN_NANOS;
    String last;
    do {
      last = server.readiness();
      assertTrue(System.nanoTime() < deadline, "last status: " + last);
    } while (!last.equals(String.valueOf(status)));
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path one : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(one);
      }
    }
  }

  @Test
  void aReplacedRootSymlinkIsFollowed() throws Exception {
    release("r0");
    release("r1");
    leadTo("r0");
    try (RunningServer server = start("")) {
      for (int i = 0; i < 3; i++) {
        assertEquals("200 r0", get(server, "/f"));
      }
      leadTo("r1");
      await(server, "/f", "200 r1");
      delete(dir.resolve("r0"));
      for (int i = 0; i < 3; i++) {
        assertEquals("200 r1", get(server, "/f"));
      }
      awaitReady(server, 200);
      assertEquals(1, logged.toString().lines().count(), logged.toString());
    }
  }

  @Test
  void aDownloadInProgressIsFinishedFromTheOldRoot() throws Exception {
    int size = 20 << 20;
    byte[] old = new byte[size];
    java.util.Arrays.fill(old, (byte) 'o');
    Files.write(release("r0").resolve("large"), old);
    Files.write(release("r1").resolve("large"), new byte[] {'n'});
    leadTo("r0");
    try (RunningServer server = start("");
        RawClient client = new RawClient(server.address(), 4096)) {
      client.get("/large");
      assertEquals(size, client.head().contentLength());
      leadTo("r1");
      await(server, "/f", "200 r1");
      delete(dir.resolve("r0"));
      org.junit.jupiter.api.Assertions.assertArrayEquals(old, client.body(size));
    }
  }

  @Test
  void aMissingRootGets503AndARecreatedRootIsServed() throws Exception {
    Path root = release("root");
    try (RunningServer server = start("")) {
      assertEquals("200 root", get(server, "/f"));
      awaitReady(server, 200);
      delete(root);
      await(server, "/f", "503 503 Service Unavailable");
      for (String target : new String[] {"/", "/nothing", "/f.sha256", "/SHA256SUMS"}) {
        assertEquals("503 503 Service Unavailable", get(server, target), target);
      }
      awaitReady(server, 503);
      release("root");
      await(server, "/f", "200 root");
      awaitReady(server, 200);
      assertTrue(get(server, "/").startsWith("200 "), "listings");
      assertEquals(
          2, logged.toString().lines().count(), "root lost and found, one line each: " + logged);
    }
  }

  @Test
  void aFileSystemMountedOverTheRootIsServed() throws Exception {
    release("root");
    try (RunningServer server = start("")) {
      assertEquals("200 root", get(server, "/f"));
      String root = dir.resolve("root").toString();
      int mounted = Programs.run("mount", "-t", "tmpfs", "none", root).exitCode();
      assertEquals(0, mounted, "mount(8) needs root: run the tests as root");
      try {
        await(server, "/f", "404 404 Not Found");
        Files.writeString(dir.resolve("root/f"), "mounted");
        await(server, "/f", "200 mounted");
      } finally {
        awaitUnmounted(root);
      }
      await(server, "/f", "200 root");
    }
  }

  /** A look-up in progress keeps the file system busy for a moment. */
  private static void awaitUnmounted(String root) throws Exception {
    long deadline = System.nanoTime() + WITHIN_NANOS;
    while (Programs.run("umount", "-l", root).exitCode() != 0) {
      assertTrue(System.nanoTime() < deadline, "busy");
    }
  }

  /** A variant must belong to its file: content and coding are of the same release. */
  @Test
  void responsesNeverCombineTwoReleases() throws Exception {
    release("r0");
    Path without = release("r1");
    Files.delete(without.resolve("f.css.gz"));
    leadTo("r0");
    try (RunningServer server = start("open-files: 0\n")) {
      long until = System.nanoTime() + 2_000_000_000L;
      for (int i = 1; System.nanoTime() < until; i++) {
        leadTo("r" + i % 2);
        for (int j = 0; j < 20; j++) {
          try (RawClient client = new RawClient(server.address())) {
            client.request("GET", "/f.css", "Accept-Encoding: gzip");
            Head head = client.head();
            String body = new String(client.body(head), StandardCharsets.UTF_8);
            String coding = head.field("content-encoding");
            assertTrue(
                (coding.equals("gzip") && body.equals("r0"))
                    || (coding.isEmpty() && body.equals("/* r1 */")),
                coding + " " + body);
          }
        }
      }
      assertEquals("0.0", server.metric("millrace_request_failures_total"));
    }
  }
}
