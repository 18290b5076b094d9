package dev.millrace.uring.sim;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** The random decisions of a simulation: they follow from its seed, their rates from its faults. */
final class Chances {
  private SplittableRandom random;
  private Faults faults;

  Chances(Faults faults, long seed) {
    this.faults = faults;
    this.random = new SplittableRandom(seed);
  }

  /** Starts anew, as if created with these faults and this seed. */
  void restart(Faults nextFaults, long seed) {
    faults = nextFaults;
    random = new SplittableRandom(seed);
  }

  RandomGenerator random() {
    return random;
  }

  Faults faults() {
    return faults;
  }

  /** True with a probability from 0 to 1. */
  boolean happens(double chance) {
    return random.nextDouble() < chance;
  }

  boolean even() {
    return random.nextBoolean();
  }

  /** A number from 0 to {@code bound - 1}. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** The duration of one step of an operation. */
  long delayNanos() {
    return 1 + random.nextLong(faults.maxDelayNanos());
  }

  /** A number from 1 to {@code possible}: {@code possible} unless the transfer is short. */
  int shorten(int possible) {
    return possible > 1 && happens(faults.shortTransfers())
        ? 1 + random.nextInt(possible - 1)
        : possible;
  }
}
