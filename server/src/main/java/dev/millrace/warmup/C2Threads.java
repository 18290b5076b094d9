package dev.millrace.warmup;

import dev.millrace.sync.SyncThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The threads of the JVM's optimizing compiler (C2). After the warm-up the important code is
 * compiled; compiling the rest would take the processor from the loop for milliseconds at a time
 * where they share one. The first compiler (C1) keeps its priority, so no code is interpreted for
 * longer (docs/decisions/0016-who-runs-first.md).
 */
public final class C2Threads {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** A tenth of the loop's share if both need a whole processor; 19 would be a seventieth. */
  static final int NICENESS = 10;

  /** The threads' name as the kernel truncates it. Threads that they start inherit the priority. */
  static final String THREADS = "C2 CompilerThre";

  private static final Path TASKS = Path.of("/proc/self/task");

  private C2Threads() {}

  /** Lowers the priority of the threads, until the process ends. Best effort. */
  public static void yieldToOthers() {
    String[] threads = Objects.requireNonNullElse(TASKS.toFile().list(), new String[0]);
    for (String thread : threads) {
      try {
        if (Files.readString(TASKS.resolve(thread).resolve("comm")).strip().equals(THREADS)) {
          SyncThread.lowerPriority(Integer.parseInt(thread), NICENESS);
        }
      } catch (IOException ended) {
        LOG.log(Level.FINE, "warm-up: a thread ended before its name was read", ended);
      }
    }
  }
}
