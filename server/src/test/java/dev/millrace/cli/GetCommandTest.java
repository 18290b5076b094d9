package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.server.CuttingProxy;
import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace get}, as another process. */
class GetCommandTest {
  private static final int SIZE = 30_000_000; // four pieces

  @TempDir Path root;
  @TempDir Path here;

  @BeforeEach
  void files() throws Exception {
    byte[] content = new byte[SIZE];
    new SplittableRandom(2).nextBytes(content);
    Files.write(root.resolve("large"), content);
    Files.writeString(root.resolve("a b%ü"), "odd name");
    Files.writeString(root.resolve("empty"), "");
  }

  private Result get(String... arguments) throws Exception {
    List<String> command = Programs.millrace("get");
    command.addAll(List.of(arguments));
    return Programs.run(command, Map.of("LC_ALL", "C.UTF-8"));
  }

  private List<String> names() throws Exception {
    try (Stream<Path> all = Files.list(here)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void filesAreDownloadedAndVerified() throws Exception {
    try (RunningServer server = RunningServer.start(root, Via.URING, "")) {
      Result result =
          get(
              "-o",
              here.toString(),
              server.url() + "/large",
              server.url() + "/a%20b%25%C3%BC",
              server.url() + "/none",
              server.url() + "/empty");
      assertEquals(1, result.exitCode());
      assertTrue(result.err().contains("/none: status 404"), result.err());
      assertEquals(List.of("a b%ü", "empty", "large"), names());
      for (String name : names()) {
        assertEquals(-1, Files.mismatch(root.resolve(name), here.resolve(name)));
      }
      String sum = Programs.run("sha256sum", root.resolve("large").toString()).out();
      assertEquals(
          sum.substring(0, 64) + "  " + here.resolve("large") + " verified",
          result.out().lines().findFirst().orElseThrow());
      Result json = get("--json", "-o", here.resolve("new").toString(), server.url() + "/empty");
      assertTrue(json.out().contains("\"verified\":true,\"by\":\"Repr-Digest\""), json.out());
    }
  }

  @Test
  void aDownloadContinuesAfterLostConnectionsAndInAnotherRun() throws Exception {
    try (RunningServer server = RunningServer.start(root, Via.URING, "")) {
      String file = here.resolve("large").toString();
      try (CuttingProxy proxy = new CuttingProxy(server.address(), 3, 5_000_000)) {
        Result result = get("-o", file, proxy.url() + "/large");
        assertEquals(0, result.exitCode(), result.err());
        assertEquals(0, proxy.cutsLeft());
      }
      assertEquals(-1, Files.mismatch(root.resolve("large"), here.resolve("large")));
      Files.delete(here.resolve("large"));

      try (CuttingProxy proxy = new CuttingProxy(server.address(), 1, 20_000_000)) {
        String url = proxy.url() + "/large";
        Result cut = get("--retries=0", "--connections=1", "-o", file, url);
        assertEquals(1, cut.exitCode());
        assertEquals(List.of("large.part", "large.part.state"), names());
        long before = proxy.received();
        Result resumed = get("-o", file, url);
        assertEquals(0, resumed.exitCode(), resumed.err());
        assertTrue(proxy.received() - before < SIZE - 2 * (8 << 20) + 100_000);
      }
      assertEquals(List.of("large"), names());
      assertEquals(-1, Files.mismatch(root.resolve("large"), here.resolve("large")));

      Files.delete(here.resolve("large"));
      try (CuttingProxy proxy = new CuttingProxy(server.address(), 1, 20_000_000)) {
        String url = proxy.url() + "/large";
        assertEquals(1, get("--retries=0", "--connections=1", "-o", file, url).exitCode());
        Files.writeString(root.resolve("replaced"), "another version");
        Files.move(
            root.resolve("replaced"), root.resolve("large"), StandardCopyOption.REPLACE_EXISTING);
        Result other = get("-o", file, url);
        assertEquals(0, other.exitCode(), other.err());
      }
      assertEquals("another version", Files.readString(here.resolve("large")));
    }
  }

  @Test
  void contentThatIsNotVerifiedIsNotKept() throws Exception {
    byte[] content = "content".getBytes(StandardCharsets.UTF_8);
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          if (path.equals("/sidecar.sha256")) {
            byte[] sum =
                "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73 *x"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, sum.length);
            exchange.getResponseBody().write(sum);
          } else if (path.endsWith(".sha256")) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            if (path.equals("/wrong")) {
              exchange.getResponseHeaders().set("Repr-Digest", "sha-256=:" + "A".repeat(43) + "=:");
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, head ? -1 : content.length);
            if (!head) {
              exchange.getResponseBody().write(content);
            }
          }
          exchange.close();
        });
    other.start();
    try {
      String url = "http://127.0.0.1:" + other.getAddress().getPort();
      Result wrong = get("-o", here.toString(), url + "/wrong");
      assertEquals(1, wrong.exitCode());
      assertTrue(wrong.err().contains("not that of the server"), wrong.err());
      assertEquals(List.of(), names());
      Result required = get("--require-digest", "-o", here.toString(), url + "/plain");
      assertEquals(1, required.exitCode(), required.out());
      assertEquals(List.of(), names());
      Result plain = get("-o", here.toString(), url + "/plain");
      assertEquals(0, plain.exitCode());
      assertTrue(plain.out().contains("not verified"), plain.out());
      Result sidecar = get("--json", "-o", here.toString(), url + "/sidecar");
      assertTrue(sidecar.out().contains("\"by\":\"checksum file\""), sidecar.out() + sidecar.err());
      assertFalse(names().isEmpty());
    } finally {
      other.stop(0);
    }
  }

  @Test
  void wrongUseIsRefused() throws Exception {
    assertEquals(2, get("ftp://example.org/x").exitCode());
    assertEquals(2, get("http://127.0.0.1:1/").exitCode());
    assertEquals(2, get("http://127.0.0.1:1/..%2Fx").exitCode());
    assertEquals(2, get("--connections=0", "http://127.0.0.1:1/x").exitCode());
    assertEquals(2, get("-o", here.resolve("f").toString(), "http://h/a", "http://h/b").exitCode());
    Result unreachable = get("--retries=1", "-o", here.toString(), "http://127.0.0.1:1/x");
    assertEquals(1, unreachable.exitCode());
    assertEquals(List.of(), names());
  }
}
