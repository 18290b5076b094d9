package dev.millrace.uring;

import dev.millrace.file.FileCalls;
import dev.millrace.uring.sim.Faults;
import dev.millrace.uring.sim.SimulatedRing;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a simulated ring whose operations the running kernel performs. */
class SystemRingContractTest extends RingSocketContract {
  @TempDir Path folder;

  @Override
  World open() throws Exception {
    SimulatedRing ring = simulated(SimulatedRing.overSystem(CONFIG));
    return new SystemWorld(
        ring, () -> simulated(ring.sibling(2)), folder, FileCalls.openDirectory(folder));
  }

  private static SimulatedRing simulated(SimulatedRing ring) {
    ring.simulate(Faults.NONE, 1, () -> {}, () -> {});
    return ring;
  }
}
