package dev.millrace.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The whole server under simulated days.
 *
 * <p>System properties: {@code simulation.seed} runs one seed alone, {@code simulation.first} and
 * {@code simulation.count} that many from a first one on.
 */
@Timeout(value = 4, unit = java.util.concurrent.TimeUnit.HOURS)
class ServerSimulationTest {
  private static final int SEEDS = 1_000;

  @Test
  void everySeedEndsCleanly() throws Exception {
    Long only = Long.getLong("simulation.seed");
    long first = only != null ? only : Long.getLong("simulation.first", 0);
    long count = only != null ? 1 : Long.getLong("simulation.count", SEEDS);
    long complete = 0;
    long aborted = 0;
    try (Simulation simulation = new Simulation()) {
      for (long seed = first; seed < first + count; seed++) {
        ServerDay day = simulation.run(seed);
        complete += day.answers().complete();
        aborted += day.answers().aborted();
      }
    }
    System.out.println(count + " days, " + complete + " answers, " + aborted + " cut off");
    if (only == null) {
      assertTrue(complete > 2 * count, "the days are too quiet: " + complete);
    }
  }

  @Test
  void aSeedIsReplayed() throws Exception {
    try (Simulation simulation = new Simulation()) {
      for (long seed = 0; seed < 20; seed++) {
        String once = simulation.run(seed).fingerprint();
        assertEquals(once, simulation.run(seed).fingerprint(), "seed " + seed);
      }
    }
  }
}
