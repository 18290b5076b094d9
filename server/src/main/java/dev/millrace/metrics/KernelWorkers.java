package dev.millrace.metrics;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts the process's kernel threads (io-wq) that run operations which would block. Their names
 * are {@code iou-wrk-*}.
 */
final class KernelWorkers {
  private static final Path TASKS = Path.of("/proc/self/task");

  private KernelWorkers() {}

  static int count() {
    int workers = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        if (isWorker(task.resolve("comm"))) {
          workers++;
        }
      }
    } catch (IOException unreadable) {
      return 0;
    }
    return workers;
  }

  private static boolean isWorker(Path name) {
    try {
      return Files.readString(name).startsWith("iou-wrk-");
    } catch (IOException ended) {
      return false;
    }
  }
}
