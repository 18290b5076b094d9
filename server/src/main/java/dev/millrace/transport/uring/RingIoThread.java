package dev.millrace.transport.uring;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.Timer;
import dev.millrace.sync.SyncThread;
import dev.millrace.uring.BufferRing;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/** The loop thread, as an XNIO I/O thread. */
final class RingIoThread extends XnioIoThread {
  static final int BUFFER_GROUP = 1;

  /**
   * The shortest scheduler slice. After a wakeup the loop runs for a fraction of a millisecond
   * while clients wait for it; the threads that it preempts have longer work and can wait
   * (docs/decisions/0016-who-runs-first.md).
   */
  private static final long SLICE_NANOS = 100_000;

  private final EventLoop loop;
  private final TransportConfig config;
  private final TransportStats stats;
  private final ChunkPool chunks;
  private final CountDownLatch started = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> startFailure = new AtomicReference<>();
  private final Runnable whenStopped;
  private final BufferRing receiveBuffers;
  private volatile Consumer<SocketAddress> slowPeers = _ -> {};

  RingIoThread(
      XnioWorker worker,
      int number,
      String name,
      EventLoop loop,
      TransportConfig config,
      BufferRing receiveBuffers,
      Runnable whenStopped) {
    super(worker, number, name);
    this.loop = loop;
    this.config = config;
    this.stats = new TransportStats(loop.isMeasured());
    this.chunks = new ChunkPool(config, stats);
    this.receiveBuffers = receiveBuffers;
    this.whenStopped = whenStopped;
  }

  /** Starts the thread and returns when its ring is enabled; throws if that failed. */
  void startAndAwait() {
    start();
    try {
      started.await();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting the loop", stop);
    }
    Throwable failure = startFailure.get();
    if (failure != null) {
      throw new IllegalStateException("the loop did not start", failure);
    }
  }

  @Override
  public void run() {
    SyncThread.requestSlice(SLICE_NANOS);
    try {
      loop.attach();
    } catch (Throwable failure) {
      startFailure.set(failure);
      return;
    } finally {
      started.countDown();
    }
    try {
      loop.run();
    } catch (Throwable failure) {
      // First, because the close needs the ring, which may have failed.
      getUncaughtExceptionHandler().uncaughtException(this, failure);
    } finally {
      loop.close();
      whenStopped.run();
    }
  }

  EventLoop loop() {
    return loop;
  }

  TransportConfig config() {
    return config;
  }

  TransportStats stats() {
    return stats;
  }

  ChunkPool chunks() {
    return chunks;
  }

  void whenSlow(Consumer<SocketAddress> listener) {
    slowPeers = listener;
  }

  /** A connection ends because its peer is too slow. */
  void tellSlow(SocketAddress peer) {
    slowPeers.accept(peer);
  }

  BufferRing receiveBuffers() {
    return receiveBuffers;
  }

  @Override
  public void execute(Runnable command) {
    loop.post(command);
  }

  @Override
  public Key executeAfter(Runnable command, long time, TimeUnit unit) {
    Timer timer = loop.scheduleFromAnyThread(command, unit.toNanos(time));
    return timer::cancel;
  }

  @Override
  public Key executeAtInterval(Runnable command, long time, TimeUnit unit) {
    return new Interval(command, unit.toNanos(time)).schedule();
  }

  /** Runs a task repeatedly until removed. */
  private final class Interval implements Key, Runnable {
    private final Runnable command;
    private final long periodNanos;
    private volatile boolean removed;

    Interval(Runnable command, long periodNanos) {
      this.command = command;
      this.periodNanos = periodNanos;
    }

    Interval schedule() {
      var _ = loop.scheduleFromAnyThread(this, periodNanos);
      return this;
    }

    @Override
    public void run() {
      if (!removed) {
        try {
          command.run();
        } finally {
          schedule();
        }
      }
    }

    @Override
    public boolean remove() {
      boolean first = !removed;
      removed = true;
      return first;
    }
  }
}
