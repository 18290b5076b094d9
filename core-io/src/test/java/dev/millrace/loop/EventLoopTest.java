package dev.millrace.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.uring.IoUring;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import dev.millrace.uring.RingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A ring belongs to one thread, so set-up and test must run in the same one. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SAME_THREAD)
class EventLoopTest {
  private final List<Throwable> failures = new ArrayList<>();
  private EventLoop loop;
  private boolean gaveUp;

  /** The ring to run on; overridden for an older kernel. */
  Ring ring() throws Exception {
    return IoUring.open(new RingConfig(64, 256, 2));
  }

  /** What the sleeping loop waits with. */
  OpKind waitKind() {
    return OpKind.FUTEX_WAIT;
  }

  @BeforeEach
  void open() throws Exception {
    loop = new EventLoop(ring(), failures::add);
    loop.attach();
    loop.schedule(() -> gaveUp = true, 60_000_000_000L); // ends a sleep that nothing else ends
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void aCompletionFindsItsTarget() {
    List<Integer> tags = new ArrayList<>();
    long handle = loop.register((tag, result, flags) -> tags.add(tag));
    loop.ring().prepNop(loop.begin(handle, OpKind.NOP, 3));
    assertEquals(1, loop.stats().inFlight(OpKind.NOP));
    loop.turn(false);
    loop.turn(false);
    assertEquals(List.of(3), tags);
    assertEquals(0, loop.stats().inFlight(OpKind.NOP));
    assertEquals(1, java.util.Arrays.stream(loop.stats().latency(OpKind.NOP).counts()).sum());
  }

  @Test
  void aCompletionOfAReleasedTargetIsDroppedAndCounted() {
    List<Integer> tags = new ArrayList<>();
    long old = loop.register((tag, result, flags) -> tags.add(tag));
    loop.ring().prepNop(loop.begin(old, OpKind.NOP, 1));
    loop.release(old);
    long reused = loop.register((tag, result, flags) -> tags.add(100 + tag));
    loop.turn(false);
    loop.turn(false);
    assertEquals(List.of(), tags);
    assertEquals(1, loop.stats().staleCompletions());
    loop.release(reused);
  }

  @Test
  void timersRunInOrderAndCancelledOnesDoNot() {
    List<String> ran = new ArrayList<>();
    Timer late = loop.schedule(() -> ran.add("late"), 30_000_000);
    loop.schedule(() -> ran.add("early"), 5_000_000);
    Timer cancelled = loop.schedule(() -> ran.add("cancelled"), 10_000_000);
    assertNotNull(late);
    assertTrue(cancelled.cancel());
    assertFalse(cancelled.cancel());
    while (ran.size() < 2 && !gaveUp) {
      loop.turn(true);
    }
    assertEquals(List.of("early", "late"), ran);
  }

  @Test
  void whatThrowsIsReportedAndTheLoopGoesOn() {
    loop.post(() -> {
      throw new IllegalStateException("deliberate");
    });
    List<String> ran = new ArrayList<>();
    loop.post(() -> ran.add("after"));
    loop.turn(false);
    assertEquals(1, failures.size());
    assertEquals("deliberate", failures.getFirst().getMessage());
    assertEquals(List.of("after"), ran);
  }

  @Test
  void deferredWorkRunsAfterCompletionsAndBeforeSubmission() {
    List<String> order = new ArrayList<>();
    long handle = loop.register((tag, result, flags) -> order.add("completion"));
    loop.post(() -> {
      order.add("task");
      loop.defer(() -> {
        order.add("deferred");
        loop.ring().prepNop(loop.begin(handle, OpKind.NOP, 0));
      });
    });
    loop.turn(false);
    loop.turn(false);
    assertEquals(List.of("task", "deferred", "completion"), order);
  }

  @Test
  void aThousandPostsFromOtherThreadsAllWakeTheSleepingLoop() throws Exception {
    // Each poster waits for its task before it posts the next, so the loop falls asleep in between:
    // one lost wake-up and the test hangs until its time limit.
    int posters = 4;
    int each = 2_500;
    CountDownLatch finished = new CountDownLatch(posters);
    for (int p = 0; p < posters; p++) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            for (int i = 0; i < each; i++) {
              CountDownLatch ran = new CountDownLatch(1);
              loop.post(ran::countDown);
              try {
                ran.await();
              } catch (InterruptedException stop) {
                return;
              }
            }
            finished.countDown();
            loop.post(() -> {});
          });
    }
    while (finished.getCount() > 0 && !gaveUp) {
      loop.turn(true);
    }
    assertEquals(0, finished.getCount());
    assertTrue(loop.stats().tasks() >= posters * each);
  }

  @Test
  void aTurnSaysHowMuchItDid() {
    long handle = loop.register((tag, result, flags) -> {});
    assertEquals(0, loop.turn(false));
    loop.ring().prepNop(loop.begin(handle, OpKind.NOP, 0));
    loop.post(() -> {});
    loop.defer(() -> {});
    var _ = loop.schedule(() -> {}, 0);
    assertEquals(4, loop.turn(false), "a completion, a task, a timer, a deferral");
    assertEquals(0, loop.turn(false));
    loop.release(handle);
  }

  @Test
  void aSleepIsEndedFromAnotherThreadByTheWaitOfThisKernel() throws Exception {
    List<String> ran = new ArrayList<>();
    Thread waker =
        Thread.ofPlatform()
            .start(() -> {
              while (loop.stats().inFlight(waitKind()) == 0) {
                Thread.onSpinWait();
              }
              loop.post(() -> ran.add("woken"));
            });
    while (ran.isEmpty() && !gaveUp) {
      loop.turn(true);
    }
    waker.join();
    assertEquals(List.of("woken"), ran);
  }

  @Test
  void aTimerSetFromAnotherThreadEndsTheSleep() throws Exception {
    List<String> ran = new ArrayList<>();
    Thread other =
        Thread.ofPlatform()
            .start(() -> loop.scheduleFromAnyThread(() -> ran.add("due"), 10_000_000));
    while (ran.isEmpty() && !gaveUp) {
      loop.turn(true);
    }
    other.join();
    assertEquals(List.of("due"), ran);
  }

  @Test
  void closingJoinsTheLoopsOwnWaitAndPostingRemainsHarmless() {
    var _ = loop.schedule(() -> {}, 1_000_000);
    loop.turn(true); // sleeps, so that the wait is armed
    assertEquals(1, loop.stats().inFlight(waitKind()));
    loop.close();
    assertEquals(0, loop.targets(), "the loop's own slot is free");
    assertThrows(IllegalStateException.class, () -> loop.ring().prepNop(1), "the ring is closed");
    loop.post(() -> failures.add(new AssertionError("ran after close")));
    loop.close();
    assertEquals(List.of(), failures);
  }

  @Test
  void aClosedLoopTellsTasksThatItNeverRunsThem() {
    List<String> told = new ArrayList<>();
    DroppableTask.post(loop::post, () -> told.add("ran"), () -> told.add("before"));
    loop.close();
    assertEquals(List.of("before"), told);
    DroppableTask.post(loop::post, () -> told.add("ran"), () -> told.add("after"));
    assertEquals(List.of("before", "after"), told);
  }

  @Test
  void aLoopWithoutAThreadClosesItsRing() throws Exception {
    Ring ring = ring();
    EventLoop unused = new EventLoop(ring, failures::add);
    unused.close();
    assertThrows(IllegalStateException.class, () -> ring.prepNop(1));
  }

  @Test
  void nothingIsLeftOpen() throws Exception {
    int before = openDescriptors();
    for (int i = 0; i < 50; i++) {
      EventLoop another = new EventLoop(ring(), failures::add);
      another.attach();
      var _ = another.schedule(() -> {}, 1000);
      another.turn(true);
      another.close();
    }
    assertTrue(openDescriptors() < before + 25, "a ring and a wake-up each would be 50 or more");
  }

  private static int openDescriptors() {
    return new java.io.File("/proc/self/fd").list().length;
  }
}
