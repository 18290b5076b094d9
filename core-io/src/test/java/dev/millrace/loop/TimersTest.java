package dev.millrace.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {
  private final Timers timers = new Timers();

  private Timer add(Runnable task, long dueNanos) {
    Timer timer = new Timer(timers, task, dueNanos);
    timers.add(timer);
    return timer;
  }

  @Test
  void theyAreTakenInOrderOnceAndNotBeforeTheyAreDue() {
    Timer late = add(() -> {}, 30);
    Timer early = add(() -> {}, 10);
    assertSame(early, timers.next());
    assertNull(timers.takeDue(9));
    assertSame(early, timers.takeDue(10));
    assertFalse(early.cancel());
    assertNotNull(early.takeTask());
    assertThrows(IllegalStateException.class, early::takeTask);
    assertNull(timers.takeDue(29));
    assertSame(late, timers.takeDue(1000));
    assertNull(timers.next());
  }

  @Test
  void theOrderHoldsWhereTheClockWraps() {
    Timer after = add(() -> {}, Long.MIN_VALUE + 5);
    Timer before = add(() -> {}, Long.MAX_VALUE - 5);
    assertSame(before, timers.takeDue(Long.MAX_VALUE));
    assertNull(timers.takeDue(Long.MAX_VALUE));
    assertSame(after, timers.takeDue(Long.MIN_VALUE + 5));
  }

  @Test
  void aCancelledOneHoldsNothing() throws Exception {
    Object watched = new Object();
    WeakReference<Object> held = new WeakReference<>(watched);
    Timer timer = add(watched::hashCode, Long.MAX_VALUE / 2);
    assertTrue(timer.cancel());
    watched = null;
    for (int i = 0; i < 100 && held.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertNull(held.get());
    assertEquals(1, timers.size()); // queued, but empty
  }

  @Test
  void cancelledOnesDoNotPileUp() {
    List<Timer> kept = new ArrayList<>();
    int most = 0;
    for (int i = 0; i < 100_000; i++) {
      Timer timer = add(() -> {}, 1_000_000L + i);
      if (i % 1000 == 0) {
        kept.add(timer);
      } else {
        assertTrue(timer.cancel());
      }
      most = Math.max(most, timers.size());
    }
    assertTrue(most <= 2 * kept.size() + 130, most + " queued of " + kept.size() + " waited for");
    for (Timer timer : kept) {
      assertSame(timer, timers.takeDue(Long.MAX_VALUE / 2));
    }
    assertNull(timers.takeDue(Long.MAX_VALUE / 2));
    assertEquals(0, timers.size());
  }

  @Test
  void oneCancelledBeforeItIsQueuedIsTakenOutLikeAnother() {
    for (int i = 0; i < 1000; i++) {
      Timer timer = new Timer(timers, () -> {}, 1000 - i);
      assertTrue(timer.cancel());
      timers.add(timer);
    }
    assertTrue(timers.size() <= 200, timers.size() + " queued");
    assertNull(timers.next());
    assertEquals(0, timers.size());
  }
}
