package dev.millrace.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.server.Answered;
import dev.millrace.server.LogLines;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts that differ only by host, on both transports. */
abstract class HostsContract {
  private static final String MOUNTS =
      """
      digests: on-request
      mounts:
        - {host: a.example.org, root: %1$s/a}
        - {host: b.example.org., root: %1$s/b}
        - {host: "*.example.org", root: %1$s/wild}
      """;

  @TempDir Path root;

  abstract Via transport();

  @BeforeEach
  void files() throws Exception {
    for (String name : List.of("a", "b", "wild")) {
      Files.writeString(Files.createDirectory(root.resolve(name)).resolve("which"), name);
    }
    Files.writeString(root.resolve("which"), "any");
  }

  private static String get(RunningServer server, String host) throws Exception {
    String request = "GET /which HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    return Answered.raw(server.address(), request).text();
  }

  @Test
  void hostsMatchInAnyCaseWithPortsAndATrailingDot() throws Exception {
    try (RunningServer server = RunningServer.start(root, transport(), MOUNTS.formatted(root))) {
      for (String end : List.of("", ".", ":80", ".:8080")) {
        for (int i = 0; i < 3; i++) { // from the file, then from the response cache
          assertEquals("a", get(server, "a.example.org" + end));
          assertEquals("b", get(server, "B.Example.org" + end));
          assertEquals("wild", get(server, "c.example.org" + end));
          assertEquals("any", get(server, "example.org" + end));
          assertEquals("any", get(server, "[::1]" + end.replace(".", "")));
        }
      }
      assertEquals("any", get(server, "."));
    }
  }

  @Test
  void mountsWithTheSamePrefixHaveTheirOwnMetrics() throws Exception {
    try (LogLines log = new LogLines("io.micrometer");
        RunningServer server = RunningServer.start(root, transport(), MOUNTS.formatted(root))) {
      get(server, "a.example.org");
      get(server, "b.example.org");
      get(server, "b.example.org:80");
      for (String[] mount :
          new String[][] {
            {"a.example.org/", "1.0"}, {"b.example.org/", "1.0"}, {"*.example.org/", "0.0"}
          }) {
        String name = "millrace_files_cache_misses_total{mount=\"" + mount[0] + "\"}";
        assertEquals(mount[1], server.metric(name), name);
      }
      assertEquals(0, log.with("already registered"));
    }
  }
}
