package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;
import dev.millrace.loop.EventLoop;
import dev.millrace.transport.RingWorker;
import dev.millrace.transport.RingXnio;
import dev.millrace.transport.TransportConfig;
import dev.millrace.transport.TransportStats;
import dev.millrace.uring.Features;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingUnavailableException;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.management.XnioServerMXBean;

/** What carries HTTP, chosen once at start. */
sealed interface Transport {
  /** The worker that Undertow is given. */
  XnioWorker worker();

  /** The name in metrics and settings. */
  String name();

  /** For people: what is in use. */
  String description();

  /** Why not the ring, or a smaller one than it should be, and what to change; empty if neither. */
  String reason();

  /** Connections that are open. */
  long openConnections();

  /** Runs tasks on the thread that handles requests. */
  default Executor events() {
    return worker().getIoThread(0);
  }

  /** Ends connections, then the loop; false if the time ran out. */
  default boolean stop(long timeoutNanos) throws InterruptedException {
    worker().shutdown();
    boolean ended = worker().awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS);
    if (!ended) {
      worker().shutdownNow();
    }
    return ended;
  }

  /** One loop on io_uring. */
  record Uring(RingWorker worker) implements Transport {
    @Override
    public String name() {
      return "uring";
    }

    @Override
    public String description() {
      Features features = worker.loop().ring().features();
      return "io_uring ("
          + (features.supports(OpKind.FUTEX_WAIT) ? "futex wake-up" : "eventfd wake-up")
          + (features.deferredTaskRun() ? ", deferred task run" : "")
          + ", provided buffers"
          + worker.shortage().map(_ -> ", " + smaller(worker.ringConfig())).orElse("")
          + ")";
    }

    private static String smaller(RingConfig ring) {
      return "queues of " + ring.submissionEntries() + " and " + ring.completionEntries();
    }

    @Override
    public String reason() {
      return worker.shortage().map(RingUnavailableException::getMessage).orElse("");
    }

    @Override
    public long openConnections() {
      return worker.stats().get(TransportStats.Figure.OPEN);
    }
  }

  /** XNIO's own worker, with one I/O thread. */
  record Nio(XnioWorker worker, String reason) implements Transport {
    @Override
    public String name() {
      return "nio";
    }

    @Override
    public String description() {
      return "NIO";
    }

    @Override
    public long openConnections() {
      return worker.getMXBean().getServerMXBeans().stream()
          .mapToLong(XnioServerMXBean::getConnectionCount)
          .sum();
    }
  }

  /**
   * Opens the transport that was asked for.
   *
   * @param measured whether it keeps figures
   * @throws StartException if it cannot be had
   */
  static Transport open(TransportChoice choice, EventLoop.FailureHandler failures, boolean measured)
      throws StartException {
    if (choice != TransportChoice.NIO) {
      try {
        RingXnio xnio = new RingXnio(TransportConfig.DEFAULT, failures, measured);
        return new Uring(xnio.createRingWorker("millrace"));
      } catch (RingUnavailableException refused) {
        if (choice == TransportChoice.URING) {
          throw new StartException("transport: " + refused.getMessage(), refused);
        }
        return nio(String.valueOf(refused.getMessage()));
      }
    }
    return nio("");
  }

  private static Transport nio(String reason) throws StartException {
    try {
      OptionMap options =
          OptionMap.builder()
              .set(Options.WORKER_NAME, "millrace")
              .set(Options.WORKER_IO_THREADS, 1)
              .set(Options.WORKER_TASK_CORE_THREADS, 1)
              .set(Options.WORKER_TASK_MAX_THREADS, 1)
              .getMap();
      return new Nio(Xnio.getInstance("nio").createWorker(options), reason);
    } catch (IOException failed) {
      throw new StartException("transport: NIO cannot be had: " + failed.getMessage(), failed);
    }
  }
}
