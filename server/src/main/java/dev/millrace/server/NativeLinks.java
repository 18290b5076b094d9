package dev.millrace.server;

import dev.millrace.file.FileCalls;

/**
 * Links native calls in the background while the server starts. Java generates this code at every
 * start, and no cache stores it. On a second processor it happens in parallel with reading the
 * settings and loading other classes. A caller that needs a link earlier waits for that link only.
 */
public final class NativeLinks {
  private NativeLinks() {}

  /** Starts linking and returns at once. A call that cannot be linked fails when it is used. */
  public static void preload() {
    var _ = Thread.ofPlatform().daemon().name("millrace-link").start(NativeLinks::link);
  }

  private static void link() {
    try {
      FileCalls.link();
    } catch (LinkageError failed) {
      // Linking fails again in the caller, which reports it.
    }
  }
}
