package dev.millrace.sync.benchmarks;

import dev.millrace.sync.Mutex;
import dev.millrace.sync.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** All threads take one lock for as long as an increment takes. */
@State(Scope.Benchmark)
public class LockBenchmark {
  private final Mutex mutex = new Mutex();
  private final ReentrantLock reentrantLock = new ReentrantLock();
  private final Object monitor = new Object();
  private final Semaphore semaphore = new Semaphore(1);
  private final java.util.concurrent.Semaphore jucSemaphore = new java.util.concurrent.Semaphore(1);
  private long counter;

  @Benchmark
  public long mutex() {
    mutex.lock();
    try {
      return ++counter;
    } finally {
      mutex.unlock();
    }
  }

  @Benchmark
  public long mutexReentrantLock() {
    reentrantLock.lock();
    try {
      return ++counter;
    } finally {
      reentrantLock.unlock();
    }
  }

  @Benchmark
  public long mutexSynchronized() {
    synchronized (monitor) {
      return ++counter;
    }
  }

  @Benchmark
  public long semaphore() {
    semaphore.await();
    try {
      return ++counter;
    } finally {
      semaphore.post();
    }
  }

  @Benchmark
  public long semaphoreJuc() {
    jucSemaphore.acquireUninterruptibly();
    try {
      return ++counter;
    } finally {
      jucSemaphore.release();
    }
  }
}
