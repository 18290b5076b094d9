package dev.millrace.sync.benchmarks;

import dev.millrace.sync.RwLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** All threads read, all write, or each writes one time in sixteen. */
@State(Scope.Benchmark)
public class RwLockBenchmark {
  /** How often this thread has been in. */
  @State(Scope.Thread)
  public static class Turn {
    int count;

    boolean isWrite() {
      return (++count & 15) == 0;
    }
  }

  private final RwLock lock = new RwLock();
  private final ReentrantReadWriteLock juc = new ReentrantReadWriteLock();
  private long value;

  @Benchmark
  public long rwRead() {
    lock.lockShared();
    try {
      return value;
    } finally {
      lock.unlockShared();
    }
  }

  @Benchmark
  public long rwReadJuc() {
    juc.readLock().lock();
    try {
      return value;
    } finally {
      juc.readLock().unlock();
    }
  }

  @Benchmark
  public long rwWrite() {
    lock.lock();
    try {
      return ++value;
    } finally {
      lock.unlock();
    }
  }

  @Benchmark
  public long rwWriteJuc() {
    juc.writeLock().lock();
    try {
      return ++value;
    } finally {
      juc.writeLock().unlock();
    }
  }

  @Benchmark
  public long rwMixed(Turn turn) {
    return turn.isWrite() ? rwWrite() : rwRead();
  }

  @Benchmark
  public long rwMixedJuc(Turn turn) {
    return turn.isWrite() ? rwWriteJuc() : rwReadJuc();
  }
}
