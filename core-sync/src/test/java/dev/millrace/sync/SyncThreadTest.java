package dev.millrace.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.ffi.CFunction;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SyncThreadTest {
  private static final CFunction GETPRIORITY = CFunction.ofLibc("getpriority");

  private int written;

  @Test
  void runsNamedAndJoins() {
    AtomicReference<String> name = new AtomicReference<>("");
    SyncThread thread =
        SyncThread.spawn(
            new SyncThread.Config("miller", 256 * 1024),
            () -> {
              name.set(Thread.currentThread().getName());
              written = 1;
            });
    thread.join();
    thread.join();
    assertEquals(1, written);
    assertEquals("miller", name.get());
    assertEquals("miller", thread.name());
    assertFalse(thread.javaThread().isAlive());
    assertFalse(thread.javaThread().isVirtual());
  }

  private static int depth(int limit) {
    return limit == 0 ? 0 : 1 + depth(limit - 1);
  }

  @Test
  void theStackSizeIsUsed() {
    AtomicReference<Integer> reached = new AtomicReference<>(0);
    SyncThread.spawn(
            new SyncThread.Config("deep", 512L * 1024 * 1024), () -> reached.set(depth(300_000)))
        .join();
    assertEquals(300_000, reached.get(), "a default stack overflows at this depth");
  }

  @Test
  void timedJoin() {
    ResetEvent release = new ResetEvent();
    SyncThread thread = SyncThread.spawn(SyncThread.Config.named("waiter"), release::await);
    assertFalse(thread.timedJoin(Deadline.after(Duration.ofMillis(20))));
    assertFalse(thread.timedJoin(Deadline.afterNanos(0)));
    release.set();
    assertTrue(thread.timedJoin(Deadline.after(Duration.ofSeconds(60))));
  }

  @Test
  void interruptionIsIgnoredAndKept() {
    ResetEvent release = new ResetEvent();
    SyncThread thread = SyncThread.spawn(SyncThread.Config.named("waiter"), release::await);
    Crew crew = new Crew(Crew.Kind.PLATFORM);
    Thread joiner =
        crew.start(() -> {
          thread.join();
          assertTrue(Thread.currentThread().isInterrupted());
        });
    Crew.assertBlocked(joiner);
    joiner.interrupt();
    Crew.assertBlocked(joiner);
    release.set();
    crew.join();
  }

  @Test
  void whatTheBodyThrowsReachesTheHandlerAndJoinReturns() {
    AtomicReference<Throwable> seen = new AtomicReference<>(new Throwable("nothing seen"));
    ResetEvent go = new ResetEvent();
    IllegalStateException thrown = new IllegalStateException("thrown by the body");
    SyncThread thread =
        SyncThread.spawn(
            SyncThread.Config.named("thrower"),
            () -> {
              go.await();
              throw thrown;
            });
    thread.javaThread().setUncaughtExceptionHandler((t, failure) -> seen.set(failure));
    go.set();
    thread.join();
    assertSame(thrown, seen.get());
  }

  @Test
  void misuseSaysWhatHappened() {
    assertThrows(IllegalArgumentException.class, () -> new SyncThread.Config(" ", 0));
    assertThrows(IllegalArgumentException.class, () -> new SyncThread.Config("n", -1));

    AtomicReference<SyncThread> self = new AtomicReference<>();
    AtomicReference<String> message = new AtomicReference<>("");
    ResetEvent known = new ResetEvent();
    SyncThread narcissus =
        SyncThread.spawn(
            SyncThread.Config.named("self"),
            () -> {
              known.await();
              message.set(Crew.messageOf(IllegalStateException.class, () -> self.get().join()));
            });
    self.set(narcissus);
    known.set();
    narcissus.join();
    assertEquals("the thread 'self' cannot join itself", message.get());

    SyncThread detached = SyncThread.spawn(SyncThread.Config.named("loose"), () -> {});
    detached.detach();
    assertThrows(IllegalStateException.class, detached::join);
    assertThrows(IllegalStateException.class, detached::detach);
  }

  /** Before Linux 6.12 a thread has no slice of its own, and all else is as it was there too. */
  @Test
  void aSliceIsWhatWasAskedFor() {
    AtomicReference<Long> before = new AtomicReference<>(0L);
    AtomicReference<Long> slice = new AtomicReference<>(0L);
    AtomicReference<Integer> niceness = new AtomicReference<>(0);
    SyncThread.spawn(
            SyncThread.Config.named("brief"),
            () -> {
              SyncThread.lowerPriority(3);
              before.set(SyncThread.sliceNanos());
              SyncThread.requestSlice(300_000);
              slice.set(SyncThread.sliceNanos());
              niceness.set((int) GETPRIORITY.call(0, 0));
            })
        .join();
    assertEquals(slices() ? Long.valueOf(300_000) : before.get(), slice.get());
    assertEquals(3, niceness.get());
    assertThrows(IllegalArgumentException.class, () -> SyncThread.requestSlice(99_999));
    assertThrows(IllegalArgumentException.class, () -> SyncThread.requestSlice(100_000_001));
  }

  private static boolean slices() {
    String[] release = System.getProperty("os.version").split("[.-]");
    int major = Integer.parseInt(release[0]);
    return major > 6 || major == 6 && Integer.parseInt(release[1]) >= 12;
  }
}
