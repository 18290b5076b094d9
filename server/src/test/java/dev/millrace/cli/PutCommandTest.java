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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace put}, as another process. */
class PutCommandTest {
  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void files() throws Exception {
    root = Files.createDirectories(directory.resolve("root/in")).getParent();
    byte[] content = new byte[3_000_000];
    new SplittableRandom(1).nextBytes(content);
    Files.write(directory.resolve("large"), content);
    Files.writeString(directory.resolve("a b%ü"), "odd name");
    Files.writeString(directory.resolve("empty"), "");
    Files.writeString(directory.resolve("token"), "secret\n");
  }

  private RunningServer serving(String allow) throws Exception {
    return RunningServer.start(
        root,
        Via.URING,
        "write: [{path: /in, allow: ["
            + allow
            + "], bearer: "
            + directory.resolve("token")
            + "}]\n");
  }

  private Result put(String... arguments) throws Exception {
    List<String> command = Programs.millrace("put");
    for (String argument : arguments) {
      command.add(Files.exists(directory.resolve(argument)) ? file(argument) : argument);
    }
    return Programs.run(command, Map.of("LC_ALL", "C.UTF-8"));
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  @Test
  void filesAreStoredAndConfirmed() throws Exception {
    try (RunningServer server = serving("create, replace")) {
      String token = "--token-file=" + file("token");
      Result stored = put(token, "large", "a b%ü", "empty", server.url() + "/in/");
      assertEquals(0, stored.exitCode(), stored.err());
      assertEquals(3, stored.out().lines().count(), stored.out());
      String sum = Programs.run("sha256sum", file("large")).out().substring(0, 64);
      assertEquals(
          sum + "  " + server.url() + "/in/large created",
          stored.out().lines().findFirst().orElseThrow());
      for (String name : List.of("large", "a b%ü", "empty")) {
        assertEquals(-1, Files.mismatch(directory.resolve(name), root.resolve("in/" + name)));
      }
      Result again = put(token, "--json", "large", server.url() + "/in/other");
      assertTrue(again.out().contains("\"result\":\"created\""), again.out());
      Result exists = put(token, "--create", "empty", server.url() + "/in/large");
      assertEquals(1, exists.exitCode());
      assertTrue(exists.err().contains("status 412: the file is not"), exists.err());
      Result unauthorized = put("large", server.url() + "/in/new");
      assertEquals(1, unauthorized.exitCode());
      assertTrue(unauthorized.err().contains("status 401"), unauthorized.err());
      assertFalse(Files.exists(root.resolve("in/new")));
      Result absent = put(token, "empty", file("none"), server.url() + "/in/");
      assertEquals(1, absent.exitCode());
      assertTrue(absent.out().contains("/in/empty replaced"), absent.out());
    }
  }

  @Test
  void aLargeFileContinuesAfterLostConnections() throws Exception {
    byte[] content = new byte[20_000_000];
    new SplittableRandom(4).nextBytes(content);
    Files.write(directory.resolve("larger"), content);
    try (RunningServer server = serving("create, replace");
        CuttingProxy proxy = new CuttingProxy(server.address(), 3, 5_000_000)) {
      String token = "--token-file=" + file("token");
      Result stored = put(token, "larger", proxy.url() + "/in/");
      assertEquals(0, stored.exitCode(), stored.err());
      assertEquals(0, proxy.cutsLeft());
      assertEquals(-1, Files.mismatch(directory.resolve("larger"), root.resolve("in/larger")));
      Result exists = put(token, "--create", "larger", server.url() + "/in/");
      assertEquals(1, exists.exitCode());
      assertTrue(exists.err().contains("status 412"), exists.err());
      Result refused = put(token, "--retries=0", "larger", server.url() + "/out/");
      assertEquals(1, refused.exitCode());
      assertTrue(refused.err().contains("status 4"), refused.err());
    }
  }

  @Test
  void aServerThatDoesNotConfirmTheDigestIsReported() throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(201, -1);
          exchange.close();
        });
    other.start();
    try {
      Result result = put("large", "http://127.0.0.1:" + other.getAddress().getPort() + "/x");
      assertEquals(1, result.exitCode());
      assertTrue(result.err().contains("does not confirm the digest"), result.err());
    } finally {
      other.stop(0);
    }
  }

  @Test
  void wrongUseIsRefused() throws Exception {
    assertEquals(2, put("large", "ftp://example.org/").exitCode());
    assertEquals(2, put("large", "empty", "http://127.0.0.1:1/file").exitCode());
    assertEquals(2, put("--user=a", "large", "http://127.0.0.1:1/").exitCode());
    assertEquals(2, put("--token-file=/none", "large", "http://127.0.0.1:1/").exitCode());
    Result unreachable = put("large", "http://127.0.0.1:1/");
    assertEquals(1, unreachable.exitCode());
  }
}
