package dev.millrace.simulation;

import dev.millrace.file.FileSimulation;
import dev.millrace.file.FileStat;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Files whose status does not depend on the time and on the file system: the numbers of inodes and
 * the times of changes follow from the order in which the server meets them. Some files count as
 * just changed. Threads that are not simulated get the real status.
 */
final class SimulatedStats implements FileSimulation {
  private static final long LONG_AGO_SECONDS = 1_600_000_000L;
  private static final long FUTURE_SECONDS = 4_100_000_000L;

  private record Change(long inode, long seconds, int nanos) {}

  private final SplittableRandom random;
  private final double cold;
  private final double shortened;
  private final Map<Long, Long> inodes = new HashMap<>();
  private final Map<Change, Long> changes = new HashMap<>();
  private final ThreadLocal<Boolean> simulated = ThreadLocal.withInitial(() -> false);

  SimulatedStats(SplittableRandom random) {
    this.random = random;
    this.cold = random.nextBoolean() ? 0 : random.nextDouble();
    this.shortened = random.nextBoolean() ? 0 : random.nextDouble();
  }

  /** The calling thread belongs to the simulation from now on. */
  void join() {
    simulated.set(true);
  }

  @Override
  public FileStat stat(FileStat real) {
    if (!simulated.get()) {
      return real;
    }
    long inode = inodes.computeIfAbsent(real.inode(), _ -> 1000L + inodes.size());
    Change change = new Change(real.inode(), real.changedSeconds(), real.changedNanos());
    long seconds =
        changes.computeIfAbsent(
            change,
            _ ->
                (random.nextInt(3) == 0 ? FUTURE_SECONDS : LONG_AGO_SECONDS) + changes.size() * 7L);
    return new FileStat(
        real.device(),
        inode,
        real.mode(),
        real.links(),
        real.sizeBytes(),
        LONG_AGO_SECONDS - 1000,
        0,
        seconds,
        123_456_789);
  }

  @Override
  public boolean isCold() {
    return simulated.get() && random.nextDouble() < cold;
  }

  @Override
  public long shorten(long bytes) {
    return simulated.get() && bytes > 1 && random.nextDouble() < shortened
        ? 1 + random.nextLong(bytes - 1)
        : bytes;
  }
}
