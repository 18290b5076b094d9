package dev.millrace.metrics;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The threads that the kernel has started in this process to work off what the ring could not do at
 * once (io-wq). They are counted among the process's threads by their name, {@code iou-wrk-*}.
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
