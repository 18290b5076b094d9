package dev.millrace.server;

import dev.millrace.file.FileCalls;

/**
 * Makes the code for calls to C while a server starts, which Java does anew at every start, and no
 * cache keeps it; on a second processor that happens beside the reading of settings and the loading
 * of everything else. Whoever needs a call before waits for it, and no longer.
 */
public final class NativeLinks {
  private NativeLinks() {}

  /** Begins, and returns at once. A call that cannot be linked fails where it is used. */
  public static void preload() {
    var _ = Thread.ofPlatform().daemon().name("millrace-link").start(NativeLinks::link);
  }

  private static void link() {
    try {
      FileCalls.link();
    } catch (LinkageError failed) {
      // It fails again for the one who calls, and is said there.
    }
  }
}
