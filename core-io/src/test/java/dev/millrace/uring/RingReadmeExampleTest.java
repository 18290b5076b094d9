package dev.millrace.uring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.ffi.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The ring's example of the README, between the markers, is this code and survives signals. */
class RingReadmeExampleTest {
  private static final CFunction PIPE = CFunction.ofLibc("pipe");
  private static final CFunction WRITE = CFunction.ofLibc("write");
  private static final CFunction CLOSE = CFunction.ofLibc("close");
  private static final CFunction GETTID = CFunction.ofLibc("gettid");
  private static final CFunction TGKILL = CFunction.ofLibc("tgkill");

  /** Handled by the Java virtual machine, which then does nothing: it only ends the wait. */
  private static final int SIGPIPE = 13;

  private static final String IO_URING_ENTER = "426 ";
  private static final int SIGNALS = 5;

  // begin
  /** Reads once from the start of a file; returns bytes, or {@code -errno}. */
  static int readOnce(int fd, MemorySegment memory) throws RingUnavailableException {
    try (IoUring ring = IoUring.open(RingConfig.DEFAULT)) {
      ring.enable();
      ring.prepRead(fd, memory.address(), (int) memory.byteSize(), 0, 1);
      Completions done = new Completions(16);
      ring.copyCqes(done, 1); // submits, waits for one, takes all that are there
      return done.result(0);
    }
  }

  // end

  @Test
  void signalsDoNotEndIt() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      assertEquals(0, PIPE.intOrErrno(ends.address()));
      int readEnd = ends.getAtIndex(ValueLayout.JAVA_INT, 0);
      int writeEnd = ends.getAtIndex(ValueLayout.JAVA_INT, 1);
      MemorySegment memory = arena.allocate(64);
      CompletableFuture<Long> id = new CompletableFuture<>();
      CompletableFuture<Integer> result = new CompletableFuture<>();
      Thread reader =
          Thread.ofPlatform()
              .start(() -> {
                id.complete(GETTID.call(0));
                try {
                  result.complete(readOnce(readEnd, memory));
                } catch (Throwable failed) {
                  result.completeExceptionally(failed);
                }
              });
      Path task = Path.of("/proc/self/task", "" + id.get());
      for (int i = 0; i < SIGNALS; i++) {
        awaitSleep(task, result);
        long slept = sleeps(task);
        assertEquals(0, TGKILL.intOrErrno(ProcessHandle.current().pid(), id.get(), SIGPIPE));
        // It has been awake if it has slept once more.
        while (!result.isDone() && Files.exists(task) && sleeps(task) == slept) {
          Thread.onSpinWait();
        }
      }
      MemorySegment bytes = arena.allocateFrom("bytes");
      assertEquals(5, WRITE.longOrErrno(writeEnd, bytes.address(), 5));
      assertEquals(5, result.get());
      assertEquals("bytes", memory.getString(0));
      reader.join();
      assertEquals(0, CLOSE.intOrErrno(readEnd));
      assertEquals(0, CLOSE.intOrErrno(writeEnd));
    }
  }

  private static void awaitSleep(Path task, CompletableFuture<Integer> result) throws IOException {
    while (!result.isDone()
        && !Files.readString(task.resolve("syscall")).startsWith(IO_URING_ENTER)) {
      Thread.onSpinWait();
    }
  }

  /** How often the thread has gone to sleep of its own accord. */
  private static long sleeps(Path task) throws IOException {
    for (String line : Files.readAllLines(task.resolve("status"))) {
      if (line.startsWith("voluntary_ctxt_switches:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new AssertionError("no count in " + task);
  }

  @Test
  void isWhatTheReadmeShows() throws Exception {
    String source =
        Files.readString(
            Path.of("src/test/java/dev/millrace/uring/RingReadmeExampleTest.java"), UTF_8);
    String example =
        source
            .substring(source.indexOf("// begin\n") + 9, source.indexOf("  // end\n"))
            .stripTrailing()
            .stripIndent();
    assertTrue(Files.readString(Path.of("README.md"), UTF_8).contains(example), example);
  }
}
