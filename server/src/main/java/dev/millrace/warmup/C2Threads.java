package dev.millrace.warmup;

import dev.millrace.sync.SyncThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The JVM's optimizing compiler (C2), after a rehearsal: what matters is compiled, and the rest
 * takes the processor from the loop for milliseconds at a time where they share one. The first
 * compiler stays as urgent as it was, so nothing is interpreted for longer
 * (docs/decisions/0016-who-runs-first.md).
 */
public final class C2Threads {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** A tenth of the loop's share, where both want all of a processor; 19 would be a seventieth. */
  static final int NICENESS = 10;

  /** What the kernel keeps of the names of its threads; those it starts later inherit from them. */
  static final String THREADS = "C2 CompilerThre";

  private static final Path TASKS = Path.of("/proc/self/task");

  private C2Threads() {}

  /** Lowers the priority of its threads, for good; best effort. */
  public static void yieldToOthers() {
    String[] threads = Objects.requireNonNullElse(TASKS.toFile().list(), new String[0]);
    for (String thread : threads) {
      try {
        if (Files.readString(TASKS.resolve(thread).resolve("comm")).strip().equals(THREADS)) {
          SyncThread.lowerPriority(Integer.parseInt(thread), NICENESS);
        }
      } catch (IOException ended) {
        LOG.log(Level.FINE, "warm-up: a thread of the rehearsal ended meanwhile", ended);
      }
    }
  }
}
