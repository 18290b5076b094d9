package dev.millrace.digest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.millrace.digest.DigestService.Limits;
import dev.millrace.digest.DigestSource.Unavailable;
import dev.millrace.files.OpenFile;
import dev.millrace.server.Descriptors;
import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.ThreadPool;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One hashing thread; the test's thread is the loop thread. */
class DigestServiceTest {
  private static final Set<Algorithm> SHA_256 = Set.of(Algorithm.SHA_256);

  @TempDir Path root;

  private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final ThreadPool threads = new ThreadPool(new ThreadPool.Config("hash", 1, 4096));
  private final List<String> outcomes = new ArrayList<>();

  @AfterEach
  void join() {
    threads.close();
  }

  private DigestService service(int jobs) {
    return new DigestService(
        threads, events::add, DigestStore.NONE, new Limits(jobs, 10, 1, 2048, 100));
  }

  private OpenFile open(Path path) throws Exception {
    return OpenFile.open(path.toString().getBytes(StandardCharsets.UTF_8));
  }

  private OpenFile sparse(String name, long size) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(root.resolve(name).toFile(), "rw")) {
      file.setLength(size);
    }
    return open(root.resolve(name));
  }

  private void require(DigestService service, String name, OpenFile file) {
    service.require(file, SHA_256, callback(name));
    file.close();
  }

  private DigestService.Callback callback(String name) {
    return new DigestService.Callback() {
      @Override
      public void known(Digests digests) {
        outcomes.add(name);
      }

      @Override
      public void unavailable(Unavailable why) {
        outcomes.add(name + " " + why);
      }
    };
  }

  private void handleEvents(int expectedAnswers) throws InterruptedException {
    while (outcomes.size() < expectedAnswers) {
      Runnable event = events.poll(60, TimeUnit.SECONDS);
      assertNotNull(event, "only " + outcomes);
      event.run();
    }
  }

  @Test
  void aSmallFileIsHashedBeforeALargeOneEnds() throws Exception {
    DigestService service = service(10);
    require(service, "large", sparse("large", 100 * HashTask.QUANTUM_BYTES));
    require(service, "small", sparse("small", 1000));
    handleEvents(2);
    assertEquals(List.of("small", "large"), outcomes);
    assertEquals(100 * HashTask.QUANTUM_BYTES + 1000, service.hashedBytes());
  }

  @Test
  void beyondTheBoundRequestsAreBusyAtOnceAndOthersComplete() throws Exception {
    ResetEvent go = new ResetEvent();
    threads.spawn(go::await);
    DigestService service = service(2);
    for (int i = 0; i < 3; i++) {
      require(service, "file" + i, sparse("file" + i, 1000));
    }
    require(
        service,
        "file0 again",
        open(root.resolve("file0"))); // joins a queued pass and needs no entry
    assertEquals(List.of("file2 BUSY"), outcomes);
    assertEquals(1, service.refused());
    go.set();
    handleEvents(4);
    assertEquals(List.of("file2 BUSY", "file0", "file0 again", "file1"), outcomes);
    assertEquals(2, service.computed());
    assertEquals(0, service.failed());
  }

  private static DigestStore failing(boolean onLoad, boolean onSave) {
    return new DigestStore() {
      @Override
      public Digests load(FileVersion version) {
        if (onLoad) {
          throw new IllegalStateException("a defect");
        }
        return Digests.NONE;
      }

      @Override
      public void save(IndexedFile known) {
        if (onSave) {
          throw new IllegalStateException("a defect");
        }
      }

      @Override
      public long files() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void aFailingStoreFailsAllWaitingRequestsAndFreesTheirEntries() throws Exception {
    for (DigestStore store : List.of(failing(true, false), failing(false, true))) {
      outcomes.clear();
      DigestService service =
          new DigestService(threads, events::add, store, new Limits(1, 10, 1, 2048, 100));
      require(service, "one", sparse("one", 1000));
      require(service, "one again", open(root.resolve("one")));
      handleEvents(2);
      assertEquals(List.of("one UNREADABLE", "one again UNREADABLE"), outcomes);
      assertEquals(0, service.jobs());
      require(service, "two", sparse("two", 1000));
      handleEvents(3);
      assertEquals("two UNREADABLE", outcomes.getLast(), "not BUSY");
    }
  }

  @Test
  void aThrowingCallbackDoesNotAffectOtherCallbacks() throws Exception {
    DigestService service = service(10);
    OpenFile file = sparse("one", 1000);
    service.require(
        file,
        SHA_256,
        new DigestSource.Callback() {
          @Override
          public void known(Digests digests) {
            throw new IllegalStateException("a defect");
          }

          @Override
          public void unavailable(Unavailable why) {}
        });
    require(service, "one", file);
    handleEvents(1);
    assertEquals(List.of("one"), outcomes);
    assertEquals(0, service.jobs());
  }

  @Test
  void requestsForTheSameAlgorithmShareAPass() throws Exception {
    ResetEvent go = new ResetEvent();
    threads.spawn(go::await);
    DigestService service = service(2);
    sparse("file", 1000).close();
    for (int i = 0; i < 3; i++) {
      for (Algorithm algorithm : List.of(Algorithm.SHA_256, Algorithm.SHA_512)) {
        OpenFile file = open(root.resolve("file"));
        service.require(file, Set.of(algorithm), callback(algorithm.suffix()));
        file.close();
      }
    }
    go.set();
    handleEvents(6);
    assertEquals(2, service.computed(), "one pass an algorithm");
    assertEquals(4, service.coalesced());
    assertEquals(0, service.jobs());
  }

  @Test
  void backgroundRequestsUseNoEntriesOfWaitingRequests() throws Exception {
    ResetEvent go = new ResetEvent();
    threads.spawn(go::await);
    DigestService service = service(1);
    for (int i = 0; i < 3; i++) {
      OpenFile file = sparse("behind" + i, 1000);
      service.background(file, SHA_256);
      file.close();
    }
    require(service, "asked", sparse("asked", 1000));
    require(
        service,
        "behind2",
        open(root.resolve("behind2"))); // full: keeps its place among the background requests
    require(service, "refused", sparse("refused", 1000));
    assertEquals(List.of("refused BUSY"), outcomes);
    go.set();
    handleEvents(3);
    assertEquals(List.of("refused BUSY", "asked", "behind2"), outcomes);
    assertEquals(4, service.computed());
    assertEquals(0, service.jobs());
  }

  @Test
  void failedPartsAreCounted() throws Exception {
    DigestService service = service(2);
    OpenFile file = sparse("file", 1000);
    part(service, "whole", file, 1000);
    handleEvents(1);
    try (RandomAccessFile shorter = new RandomAccessFile(root.resolve("file").toFile(), "rw")) {
      shorter.setLength(10);
    }
    part(service, "truncated", file, 1000);
    handleEvents(2);
    OpenFile directory = open(root);
    part(service, "directory", directory, 10);
    handleEvents(3);
    assertEquals(List.of("whole", "truncated CHANGED", "directory UNREADABLE"), outcomes);
    assertEquals(2, service.failed());
    file.close();
    directory.close();
  }

  private void part(DigestService service, String name, OpenFile file, long lengthBytes) {
    service.requirePart(file, Algorithm.SHA_256, 0, lengthBytes, callback(name));
  }

  @Test
  void anUnreadableFileHasNoDigestAndIsCountedAsFailed() throws Exception {
    DigestService service = service(2);
    OpenFile directory = open(Files.createDirectory(root.resolve("directory")));
    require(service, "unreadable", directory); // read(2) of a directory is an error: EISDIR
    handleEvents(1);
    assertEquals(List.of("unreadable UNREADABLE"), outcomes);
    assertEquals(1, service.failed());
    assertEquals(Digests.NONE, service.known(directory.stat()));
    assertEquals(0, service.jobs());
  }

  @Test
  void stoppingClosesTheFilesOfQueuedAndOfFinishedPasses() throws Exception {
    ResetEvent go = new ResetEvent();
    threads.spawn(go::await);
    DigestService service = service(10);
    require(service, "required", sparse("required", 1000));
    for (String name : List.of("first", "second", "third")) {
      OpenFile file = sparse(name, 1000); // one runs, two wait
      service.background(file, SHA_256);
      file.close();
    }
    assertEquals(4, Descriptors.openBelow(root.toString()).size());
    go.set();
    threads.spawn(service::stop); // after the pass of the required file
    threads.close();
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
    assertEquals(List.of(), Descriptors.openBelow(root.toString()));
  }

  @Test
  void aPassThatEndsAfterTheLoopClosesItsFile() throws Exception {
    DigestService service =
        new DigestService(
            threads,
            event -> {
              throw new RejectedExecutionException();
            },
            DigestStore.NONE,
            new Limits(10, 10, 1, 2048, 100));
    require(service, "late", sparse("late", 1000));
    part(service, "part", open(root.resolve("late")), 1000);
    threads.close();
    assertEquals(1, Descriptors.openBelow(root.toString()).size(), "the test's own");
    assertEquals(List.of(), outcomes);
  }
}
