package dev.millrace.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.digest.DigestService.Limits;
import dev.millrace.digest.DigestSource.Unavailable;
import dev.millrace.files.OpenFile;
import dev.millrace.server.Await;
import dev.millrace.sync.ThreadPool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test plays two loop threads in turn; there is one hashing thread. */
class CrossLoopDigestsTest {
  private static final Set<Algorithm> SHA_256 = Set.of(Algorithm.SHA_256);
  private static final int MOST = 1024;

  @TempDir Path root;

  private final LinkedBlockingQueue<Runnable> home = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<Runnable> own = new LinkedBlockingQueue<>();
  private final ThreadPool threads = new ThreadPool(new ThreadPool.Config("hash", 1, 4096));
  private final DigestService service =
      new DigestService(threads, home::add, DigestStore.NONE, new Limits(10, 10, 1, 2048, 100));
  private final CrossLoopDigests posted = new CrossLoopDigests(service, home::add, own::add);
  private final List<String> outcomes = new ArrayList<>();
  private OpenFile file;

  @BeforeEach
  void open() throws Exception {
    Path path = Files.writeString(root.resolve("f"), "content");
    file = OpenFile.open(path.toString().getBytes(StandardCharsets.UTF_8));
  }

  @AfterEach
  void close() {
    file.close();
    threads.close();
  }

  private final DigestSource.Callback callback =
      new DigestSource.Callback() {
        @Override
        public void known(Digests digests) {
          outcomes.add("known");
        }

        @Override
        public void unavailable(Unavailable why) {
          outcomes.add(why.name());
        }
      };

  private static void run(LinkedBlockingQueue<Runnable> events) {
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
  }

  /** Descriptors of the file. */
  private long descriptors() throws Exception {
    Path path = root.resolve("f").toRealPath();
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(fd -> leadsTo(fd, path)).count();
    }
  }

  private static boolean leadsTo(Path fd, Path path) {
    try {
      return Files.readSymbolicLink(fd).equals(path);
    } catch (IOException closed) {
      return false;
    }
  }

  @Test
  void resultsReturnToTheRequestingLoopAndAreCached() throws Exception {
    posted.require(file, SHA_256, callback);
    posted.require(file, SHA_256, callback);
    Await.until(() -> {
      run(home);
      return own.size() >= 2;
    });
    assertEquals(List.of(), outcomes, "called back on another thread");
    run(own);
    assertEquals(List.of("known", "known"), outcomes);
    assertEquals(1, service.computed());
    assertEquals(1, service.coalesced());
    posted.require(file, SHA_256, callback);
    assertEquals(3, outcomes.size(), "called back immediately");
    assertEquals(0, home.size());
  }

  @Test
  void requestsToAStuckServiceAreBounded() throws Exception {
    assertEquals(1, descriptors());
    for (int i = 0; i < MOST + 3; i++) {
      posted.require(file, SHA_256, callback);
      posted.background(file, SHA_256);
    }
    posted.requirePart(file, Algorithm.SHA_256, 0, 1, callback);
    assertEquals(MOST, home.size());
    assertEquals(1 + MOST, descriptors());
    int refused = outcomes.size();
    assertEquals(Collections.nCopies(refused, "BUSY"), outcomes);
    assertEquals(refused, service.refused());
    // 32 background requests are queued: they are accepted only while fewer than 64 are pending.
    assertEquals(MOST + 4 - (MOST - 32), refused);
    service.stop();
    run(home);
    Await.until(() -> {
      run(home);
      return descriptors() <= 1;
    });
    assertEquals(1, descriptors(), "the descriptor of every request is closed");
  }
}
