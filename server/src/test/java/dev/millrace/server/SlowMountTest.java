package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mount whose file system does not answer for some time must not delay the other mounts. */
class SlowMountTest {
  /**
   * More requests than there are worker threads. Not more than the 64 reads that this FUSE lets
   * wait: beyond them the kernel holds the loop's thread (docs/reliability.md).
   */
  private static final int REQUESTS = 60;

  @TempDir Path directory;
  private Path root;
  private Path slow;
  private Process fileSystem;
  private BufferedReader waiting;
  private final List<RawClient> clients = new ArrayList<>();

  @BeforeEach
  void mount() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    Files.writeString(root.resolve("f"), "content of f");
    slow = Files.createDirectory(directory.resolve("slow"));
    Path program = directory.resolve("slow_fuse.py");
    try (InputStream source = SlowMountTest.class.getResourceAsStream("/slow_fuse.py")) {
      Files.copy(source, program, StandardCopyOption.REPLACE_EXISTING);
    }
    fileSystem =
        new ProcessBuilder("python3", program.toString(), slow.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    waiting = fileSystem.inputReader();
    assertEquals("mounted", waiting.readLine(), "mount(2) needs root: run the tests as root");
  }

  @AfterEach
  void unmount() throws Exception {
    answer();
    for (RawClient client : clients) {
      client.close();
    }
    var _ = Programs.run("umount", "-l", slow.toString());
    assertTrue(fileSystem.waitFor(60, TimeUnit.SECONDS));
  }

  /** Lets the file system answer all calls. */
  private void answer() throws Exception {
    OutputStream go = fileSystem.getOutputStream();
    go.write('\n');
    go.flush();
  }

  private RawClient connect(RunningServer server) throws Exception {
    RawClient client = new RawClient(server.address());
    clients.add(client);
    return client;
  }

  @ParameterizedTest
  @CsvSource({"URING, lookup", "URING, read", "NIO, lookup", "NIO, read"})
  void otherMountsAnswerMeanwhile(Via via, String call) throws Exception {
    String settings =
        "mounts: [{path: /slow, root: '%s'}]\nlisting: on\ndigests: off\n".formatted(slow);
    try (RunningServer server = RunningServer.start(root, via, settings)) {
      List<RawClient> slowOnes = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        RawClient client = connect(server);
        client.get("/slow/" + call + "-" + i);
        slowOnes.add(client);
      }
      Set<String> seen = new HashSet<>();
      while (seen.size() < 2) {
        seen.add(waiting.readLine());
      }
      RawClient other = connect(server);
      for (int i = 0; i < 100; i++) {
        assertEquals(200, status(other, "/f"));
        // A name that the kernel does not know yet: the loop must not look it up itself.
        assertEquals(404, status(other, "/unknown-" + via + call + i));
        if (i % 10 == 0) {
          assertEquals(200, status(other, "/"));
          assertEquals(200, status(other, "/?format=json"));
        }
      }
      answer();
      for (RawClient client : slowOnes) {
        RawClient.Head head = client.head();
        assertEquals(200, head.status());
        assertEquals("slow\n", new String(client.body(head), StandardCharsets.UTF_8));
      }
    }
  }

  private static int status(RawClient client, String target) throws Exception {
    client.get(target);
    RawClient.Head head = client.head();
    var _ = client.body(head);
    return head.status();
  }
}
