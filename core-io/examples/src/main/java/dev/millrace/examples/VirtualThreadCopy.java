package dev.millrace.examples;

import dev.millrace.loop.LoopThread;
import java.nio.file.Path;

/** Copies a file and hashes it on a virtual thread. Arguments: from, to. */
public final class VirtualThreadCopy {
  private VirtualThreadCopy() {}

  /** Prints the copy's SHA-256 in the format of sha256sum. */
  public static void main(String... arguments) throws Exception {
    Path from = Path.of(arguments[0]);
    Path to = Path.of(arguments[1]);
    try (LoopThread loop = LoopThread.start("loop")) {
      Outcome outcome = new Outcome(loop.loop());
      Thread.ofVirtual()
          .start(() -> outcome.run(() -> BlockingCopy.copy(loop.loop(), from, to)))
          .join();
      System.out.println(outcome.get() + "  " + to);
    }
  }
}
