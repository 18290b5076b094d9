package dev.millrace.app;

import dev.millrace.file.FileCalls;
import dev.millrace.net.Sockets;
import dev.millrace.sync.Futex;
import dev.millrace.uring.IoUring;
import java.lang.invoke.MethodHandles;

/**
 * Links the calls to C while a server starts. Java makes the code for each kind of call at every
 * start, and no cache keeps it; on a second processor that happens beside the reading of settings
 * and the loading of everything else. Whoever needs a call before waits for it, and no longer.
 */
public final class NativeCalls {
  private NativeCalls() {}

  /** Begins, and returns at once. A call that cannot be linked fails where it is used. */
  public static void linkAhead() {
    var _ = Thread.ofPlatform().daemon().name("millrace-link").start(NativeCalls::link);
  }

  private static void link() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      lookup.ensureInitialized(FileCalls.class);
      IoUring.link();
      lookup.ensureInitialized(Futex.class);
      lookup.ensureInitialized(Sockets.class);
    } catch (IllegalAccessException | LinkageError failed) {
      // It fails again for the one who calls, and is said there.
    }
  }
}
