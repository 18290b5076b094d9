package dev.millrace.http.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other people's clients of HTTP/2: curl, nghttp, h2load and node. */
class Http2ClientsTest {
  private static final int FILES = 200;

  @TempDir Path root;
  @TempDir Path aside;
  private RunningServer running;

  @BeforeEach
  void start() throws Exception {
    Random random = new Random(3);
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[i % 10 == 0 ? 150_000 + i : 100 * i];
      random.nextBytes(content);
      Files.write(root.resolve("f" + i), content);
    }
    running = RunningServer.start(root, Via.TLS_URING, "h2c: on\n");
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private String plain() {
    return "http://127.0.0.1:" + running.plainAddress().getPort();
  }

  private static Result succeeds(List<String> command) throws Exception {
    Result result = Programs.run(command, Map.of());
    assertEquals(0, result.exitCode(), command + "\n" + result.out() + result.err());
    return result;
  }

  private void curlDownloads(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "-w", "%{http_version}\n"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", aside.resolve("f#1").toString()));
    assertEquals("2\n".repeat(FILES), succeeds(command).out());
    assertEquals("", succeeds(List.of("diff", "-r", root.toString(), aside.toString())).out());
  }

  private static String all(String url) {
    return url + "/f[0-" + (FILES - 1) + "]";
  }

  @Test
  void curlDownloadsManyFilesAtOnce() throws Exception {
    curlDownloads("--parallel", "--parallel-max", "50", "--http2", all(running.url()));
  }

  @Test
  void curlDownloadsByPriorKnowledge() throws Exception {
    Path file = aside.resolve("f10"); // one: curl 7.88 fails at the second, with any server
    succeeds(
        List.of("curl", "-sS", "--http2-prior-knowledge", plain() + "/f10", "-o", file.toString()));
    assertEquals(-1, Files.mismatch(root.resolve("f10"), file));
  }

  @Test
  void nghttpDownloadsManyFilesWithPrioritiesAndSmallWindows() throws Exception {
    for (String[] options : new String[][] {{"-ans"}, {"-ans", "-w", "10", "-W", "12"}}) {
      List<String> command = new ArrayList<>(List.of("nghttp"));
      command.addAll(List.of(options));
      Stream.iterate(0, i -> i + 1).limit(FILES).forEach(i -> command.add(plain() + "/f" + i));
      String statistics = succeeds(command).out();
      long answered = statistics.lines().filter(line -> line.matches(".* 200 .* /f\\d+")).count();
      assertEquals(FILES, answered, statistics);
    }
  }

  @Test
  void h2loadSeesNoFailure() throws Exception {
    for (String url : List.of(running.url() + "/f1", running.url() + "/f10", plain() + "/f0")) {
      String report = succeeds(List.of("h2load", "-n", "3000", "-c", "8", "-m", "20", url)).out();
      assertTrue(report.contains(" 3000 succeeded, 0 failed, 0 errored, 0 timeout"), report);
      assertTrue(report.contains("status codes: 3000 2xx"), report);
    }
  }

  @Test
  void nodeReadsStreamsAndHeads() throws Exception {
    Path script =
        Files.writeString(
            aside.resolve("client.js"),
            """
            const http2 = require('http2');
            const client = http2.connect(process.argv[2]);
            let open = 0, bytes = 0, wrong = 0;
            function done() { if (--open === 0) { console.log(bytes + ' ' + wrong); client.close(); } }
            for (let i = 0; i < 200; i++) {
              open++;
              const request = client.request({':path': '/f' + i, ':method': i % 50 ? 'GET' : 'HEAD'});
              request.on('response', head => { if (head[':status'] !== 200) wrong++; });
              request.on('data', data => { bytes += data.length; });
              request.on('end', done);
              request.on('error', error => { console.log(error); wrong++; });
              request.end();
            }
            """);
    long bytes = 0;
    for (int i = 0; i < FILES; i++) {
      bytes += i % 50 == 0 ? 0 : Files.size(root.resolve("f" + i));
    }
    assertEquals(bytes + " 0\n", succeeds(List.of("node", script.toString(), plain())).out());
  }
}
