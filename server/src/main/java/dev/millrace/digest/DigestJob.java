package dev.millrace.digest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One pass over a version of a file, and the callbacks that wait for it. Loop thread only, except
 * the task.
 */
final class DigestJob {
  private final FileVersion version;
  private final Set<Algorithm> algorithms;
  private final HashTask task;
  private final List<DigestSource.Callback> waiters = new ArrayList<>(1);
  private boolean behind;

  DigestJob(FileVersion version, Set<Algorithm> algorithms, HashTask task) {
    this.version = version;
    this.algorithms = algorithms;
    this.task = task;
  }

  FileVersion version() {
    return version;
  }

  Set<Algorithm> algorithms() {
    return algorithms;
  }

  HashTask task() {
    return task;
  }

  List<DigestSource.Callback> waiters() {
    return waiters;
  }

  /** Counts the job as started in the background. */
  void runsBehind() {
    behind = true;
  }

  boolean isBehind() {
    return behind;
  }
}
