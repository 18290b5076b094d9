package dev.millrace.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.millrace.uring.RingStats.Counter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The loop and its close protocol under 10 000 simulated days.
 *
 * <p>System properties: {@code simulation.seed} runs one seed alone, {@code simulation.count} that
 * many from 0 on.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SAME_THREAD)
class SimulationTest {
  private static final int SEEDS = 10_000;

  @Test
  void everySeedEndsCleanly() {
    Long only = Long.getLong("simulation.seed");
    long first = only != null ? only : 0;
    long last = only != null ? only : Integer.getInteger("simulation.count", SEEDS) - 1;
    long overflows = 0;
    long fullQueues = 0;
    long stale = 0;
    for (long seed = first; seed <= last; seed++) {
      try (SimulatedDay day = new SimulatedDay(seed)) {
        run(seed, day);
        overflows += day.count(Counter.CQ_OVERFLOW);
        fullQueues += day.count(Counter.SQ_FULL);
        stale += day.staleCompletions();
      }
    }
    if (last - first >= 1000) {
      assertTrue(overflows > 0 && fullQueues > 0 && stale > 0, "the days are too quiet");
    }
  }

  @Test
  void aSeedIsReplayedToTheNanosecond() {
    for (long seed = 0; seed < 20; seed++) {
      try (SimulatedDay once = new SimulatedDay(seed);
          SimulatedDay again = new SimulatedDay(seed)) {
        run(seed, once);
        run(seed, again);
        assertEquals(once.fingerprint(), again.fingerprint(), "seed " + seed);
      }
    }
  }

  private static void run(long seed, SimulatedDay day) {
    List<String> wrong;
    try {
      wrong = day.run();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(replay(seed, failure.toString()), failure);
    }
    if (!wrong.isEmpty()) {
      fail(replay(seed, wrong + ", " + day));
    }
  }

  private static String replay(long seed, String what) {
    return "seed "
        + seed
        + ": "
        + what
        + "; again with: mvn -pl core-io -am verify -Dtest=SimulationTest"
        + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed="
        + seed;
  }
}
