package dev.millrace.uring;

import dev.millrace.uring.sim.Faults;
import dev.millrace.uring.sim.SimulatedRing;
import java.util.Objects;

/** The contract on the simulated ring. */
class SimulatedRingContractTest extends RingSocketContract {
  @Override
  World open() {
    return new Simulated(new SimulatedRing(CONFIG, Faults.NONE, 1));
  }

  private record Simulated(SimulatedRing simulated) implements World {
    @Override
    public Ring ring() {
      return simulated;
    }

    @Override
    public Ring another() {
      SimulatedRing other = simulated.sibling(2);
      other.enable();
      return other;
    }

    @Override
    public int directory() {
      return simulated.files().directory();
    }

    @Override
    public void write(String name, byte[] bytes) {
      simulated.files().write(name, bytes);
    }

    @Override
    public byte[] read(String name) {
      return Objects.requireNonNull(simulated.files().read(name), name);
    }

    @Override
    public int listen() {
      return simulated.network().listen();
    }

    @Override
    public int port(int listener) {
      return simulated.network().port(listener);
    }

    @Override
    public int socket() {
      return simulated.network().socket();
    }

    @Override
    public void close() {}
  }
}
