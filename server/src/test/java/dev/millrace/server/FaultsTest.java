package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient.Head;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses when system calls fail or files change, from servers in their own processes. */
class FaultsTest {
  @TempDir Path root;

  private static RawClient connect(Served served) throws Exception {
    return new RawClient(new InetSocketAddress("127.0.0.1", served.port()));
  }

  /** strace can inject errors into the worker threads' system calls, but not into the ring's. */
  private static List<String> failing(String call) {
    return List.of(
        "strace",
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-e",
        "trace=" + call,
        "-e",
        "signal=none",
        "-o",
        "/dev/null",
        "-e",
        "inject=" + call + ":error=EIO");
  }

  @Test
  void anErrorBeforeTheHeadGets500() throws Exception {
    Files.writeString(root.resolve("f"), "x");
    try (Served served = Served.start(failing("openat2"), "--transport=nio", root.toString());
        RawClient client = connect(served)) {
      client.get("/f");
      Head head = client.head();
      assertEquals(500, head.status());
      assertEquals("", head.field("etag"));
    }
  }

  @Test
  void anErrorWhileTheBodyIsReadEndsTheConnection() throws Exception {
    Files.write(root.resolve("f"), new byte[100_000]);
    try (Served served =
            Served.start(List.of(), "--transport=nio", "--digests=on-request", root.toString());
        RawClient client = connect(served)) {
      client.get("/f");
      client.body(client.head().contentLength());
      String pid = String.valueOf(served.process().pid());
      // Attaches late, because the start of a program uses the same system call.
      List<String> command = new ArrayList<>(failing("pread64"));
      command.remove("--seccomp-bpf");
      command.addAll(List.of("-p", pid));
      Process strace = new ProcessBuilder(command).start();
      try {
        Await.until(() -> areTraced(pid));
        client.get("/f");
        // The head may have been sent already, but the response is never complete.
        assertThrows(IOException.class, () -> client.body(client.head().contentLength()));
      } finally {
        strace.destroy();
        strace.waitFor();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "nio"})
  void aFileReplacedOrDeletedDuringADownloadIsSentUnchanged(String transport) throws Exception {
    byte[] content = new byte[8 << 20];
    Arrays.fill(content, (byte) 'a');
    for (String name : List.of("replaced", "deleted")) {
      Files.write(root.resolve(name), content);
    }
    try (Served served = Served.start(List.of(), "--transport=" + transport, root.toString())) {
      for (String name : List.of("replaced", "deleted")) {
        try (RawClient slow =
            new RawClient(new InetSocketAddress("127.0.0.1", served.port()), 8 << 10)) {
          slow.get("/" + name);
          Head head = slow.head();
          Path file = root.resolve(name);
          if (name.equals("deleted")) {
            Files.delete(file);
          } else {
            Files.move(
                Files.writeString(root.resolve("new"), "new"),
                file,
                StandardCopyOption.REPLACE_EXISTING);
          }
          assertArrayEquals(content, slow.body(head.contentLength()));
          slow.get("/" + name);
          assertEquals(name.equals("deleted") ? 404 : 200, slow.head().status());
        }
      }
    }
  }

  @Test
  void aHyphenSendsTheAccessLogToStandardOutput() throws Exception {
    Files.writeString(root.resolve("f"), "x");
    try (Served served = Served.start(List.of(), "--access-log=-", root.toString());
        RawClient client = connect(served)) {
      client.get("/f");
      assertEquals(200, client.head().status());
      var _ = Await.until(served::log, log -> log.contains("\"GET /f HTTP/1.1\" 200 1 "));
    }
  }

  /** Whether strace has attached to every thread of a process. */
  private static boolean areTraced(String pid) throws IOException {
    try (var threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readAllLines(thread.resolve("status")).contains("TracerPid:\t0")) {
          return false;
        }
      }
    }
    return true;
  }
}
