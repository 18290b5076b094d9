package dev.millrace.http.http1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient;
import dev.millrace.sync.ffi.CFunction;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signals to the loop thread, which profilers send, cut sendfile(2) short although the socket is
 * not full. A transfer must then continue instead of waiting for a writable event.
 */
class InterruptedDownloadTest {
  private static final CFunction TGKILL = CFunction.ofLibc("tgkill");

  /** The JVM has a handler for SIGPIPE that does nothing. */
  private static final int SIGPIPE = 13;

  private static final int DOWNLOADS = 20;
  private static final int MAX_DOWNLOADS = 200;
  private static final int SIGNALS = 1_000;

  @TempDir Path root;

  @Test
  void downloadsCompleteAlthoughSignalsInterruptTheLoopThread() throws Exception {
    byte[] content = new byte[16 << 20];
    new SplittableRandom(1).nextBytes(content);
    Files.write(root.resolve("file"), content);
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong signals = new AtomicLong();
    try (Served served = Served.start(List.of(), "--transport=uring", root.toString());
        RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
      long pid = served.process().pid();
      long thread = served.loopThreads().getFirst();
      Thread disturber =
          new Thread(() -> {
            while (!over.get() && TGKILL.longOrErrno(pid, thread, SIGPIPE) == 0) {
              signals.incrementAndGet();
              LockSupport.parkNanos(20_000);
            }
          });
      disturber.start();
      try {
        for (int i = 0; i < DOWNLOADS || (i < MAX_DOWNLOADS && signals.get() < SIGNALS); i++) {
          client.get("/file");
          RawClient.Head head = client.head();
          assertEquals(200, head.status());
          assertArrayEquals(content, client.body(head.contentLength()));
        }
      } finally {
        over.set(true);
        disturber.join();
      }
    }
    assertTrue(signals.get() >= SIGNALS, signals + " signals");
  }
}
