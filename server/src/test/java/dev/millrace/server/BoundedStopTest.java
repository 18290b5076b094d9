package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.ResetEvent;
import dev.millrace.sync.ThreadPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedStopTest {
  @Test
  void aStopWaitsForItsSteps() {
    List<String> ended = new ArrayList<>();
    BoundedStop stop = new BoundedStop(Duration.ofSeconds(60));
    assertTrue(stop.step("the first", () -> ended.add("first")));
    assertTrue(stop.step("the second", () -> ended.add("second")));
    assertEquals(List.of("first", "second"), ended);
  }

  @Test
  void aPoolWithAStuckTaskIsAbandonedAndTheNextStepRuns() {
    ResetEvent release = new ResetEvent();
    ThreadPool pool = new ThreadPool(new ThreadPool.Config("stuck", 1, 1));
    pool.spawn(release::await);
    List<String> ended = new ArrayList<>();
    try (LogLines log = new LogLines("dev.millrace")) {
      BoundedStop stop = new BoundedStop(Duration.ofMillis(50));
      assertFalse(stop.step("the stuck pool", pool::close));
      assertTrue(stop.step("the next", () -> ended.add("next")));
      assertEquals(1, log.with("stop: the stuck pool did not end in time and is abandoned"));
    } finally {
      release.set();
      pool.close();
    }
    assertEquals(List.of("next"), ended);
  }

  @Test
  void aFailingStepIsLoggedAndCountsAsEnded() {
    try (LogLines log = new LogLines("dev.millrace")) {
      BoundedStop stop = new BoundedStop(Duration.ofSeconds(60));
      assertTrue(
          stop.step(
              "the broken part",
              () -> {
                throw new IllegalStateException("broken");
              }));
      assertEquals(1, log.with("stop: the broken part failed"));
    }
  }
}
