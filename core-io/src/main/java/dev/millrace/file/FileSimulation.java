package dev.millrace.file;

import org.jspecify.annotations.Nullable;

/**
 * Replaces what the direct calls on files report, those that {@link FileCalls} and {@link
 * PageCache} make outside a ring. A simulation installs it, so that a run does not depend on the
 * clock of the file system, and so that pages are missing from memory when the simulation says so.
 */
public interface FileSimulation {
  /** The status to report instead of the real one. */
  FileStat stat(FileStat real);

  /** Whether the byte at a position of a file is not in memory now. */
  boolean isCold();

  /** How many of so many bytes a call transfers, at least 1. */
  long shorten(long bytes);

  /** Makes all later direct calls report what {@code simulation} says; null ends that. */
  static void install(@Nullable FileSimulation simulation) {
    Installed.current = simulation;
  }

  /** The installed simulation. */
  final class Installed {
    static @Nullable FileSimulation current;

    private Installed() {}
  }
}
