package dev.millrace.server;

import dev.millrace.config.Settings.TransportChoice;
import dev.millrace.loop.EventLoop;
import dev.millrace.net.Sockets.Port;
import dev.millrace.transport.Admission;
import dev.millrace.transport.ListeningSockets;
import dev.millrace.transport.nio.NioSockets;
import dev.millrace.transport.uring.RingWorker;
import dev.millrace.transport.uring.RingXnio;
import dev.millrace.transport.uring.TransportConfig;
import dev.millrace.uring.Features;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingUnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import org.xnio.management.XnioServerMXBean;

/**
 * What carries HTTP, chosen once at start: a number of event threads, here called loops whatever
 * they run on. A connection stays on the loop that it came to.
 */
public sealed interface Transport {
  /** Below this a copy costs less than to be told that the memory is free. */
  int ZERO_COPY_BYTES = 16 << 10;

  /** The workers that accept connections, with the event threads. */
  List<? extends XnioWorker> workers();

  /** The event threads, by the number of their loop, which {@link XnioIoThread#getNumber} is. */
  List<XnioIoThread> loops();

  /** The name in metrics and settings. */
  String name();

  /** For people: what is in use. */
  String description();

  /** Why not the ring, or a smaller one than it should be, and what to change; empty if neither. */
  String reason();

  /** Open connections; on NIO the one that is being admitted counts. */
  long openConnections();

  /**
   * Listens on an address, for all loops. A wildcard takes connections of its own address family
   * alone.
   *
   * @param open is handed each connection that is admitted, on the loop that it is on
   * @param admissions by the number of the loop
   * @param options but for how sockets share the port
   */
  ListeningSockets listen(
      InetSocketAddress address,
      ChannelListener<StreamConnection> open,
      List<Admission> admissions,
      OptionMap options)
      throws IOException;

  /** Ends connections, then the loops; false if the time ran out. */
  default boolean stop(long timeoutNanos) throws InterruptedException {
    long deadline = System.nanoTime() + timeoutNanos;
    workers().forEach(XnioWorker::shutdown);
    boolean ended = true;
    for (XnioWorker worker : workers()) {
      long left = Math.max(0, deadline - System.nanoTime());
      if (!worker.awaitTermination(left, TimeUnit.NANOSECONDS)) {
        worker.shutdownNow();
        ended = false;
      }
    }
    return ended;
  }

  /** Ends without waiting for connections. */
  default void stopNow() {
    workers().forEach(XnioWorker::shutdownNow);
  }

  /** Loops on io_uring, each with a ring, a worker, and listening sockets of its own. */
  record Uring(List<RingWorker> workers) implements Transport {
    @Override
    public List<XnioIoThread> loops() {
      return workers.stream().map(worker -> worker.getIoThread(0)).toList();
    }

    @Override
    public String name() {
      return "uring";
    }

    @Override
    public String description() {
      Features features = workers.getFirst().loop().ring().features();
      return "io_uring ("
          + several(workers.size(), ", ")
          + (features.supports(OpKind.FUTEX_WAIT) ? "futex wake-up" : "eventfd wake-up")
          + (features.deferredTaskRun() ? ", deferred task run" : "")
          + ", provided buffers"
          + workers
              .getFirst()
              .shortage()
              .map(_ -> ", " + smaller(workers.getFirst().ringConfig()))
              .orElse("")
          + ")";
    }

    private static String smaller(RingConfig ring) {
      return "queues of " + ring.submissionEntries() + " and " + ring.completionEntries();
    }

    @Override
    public String reason() {
      return workers.getFirst().shortage().map(RingUnavailableException::getMessage).orElse("");
    }

    @Override
    public long openConnections() {
      return workers.stream().mapToLong(RingWorker::openConnections).sum();
    }

    /** One socket a loop, between which the kernel divides what comes (SO_REUSEPORT). */
    @Override
    public ListeningSockets listen(
        InetSocketAddress address,
        ChannelListener<StreamConnection> open,
        List<Admission> admissions,
        OptionMap options)
        throws IOException {
      List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
      InetSocketAddress at = address;
      try {
        for (RingWorker worker : workers) {
          Port port = workers.size() == 1 ? Port.ALONE : sockets.isEmpty() ? Port.FIRST : Port.MORE;
          OptionMap all =
              OptionMap.builder()
                  .addAll(options)
                  .set(RingWorker.PORT, port)
                  .set(RingWorker.ADMISSION, admissions.get(sockets.size()))
                  .getMap();
          var socket =
              worker.createStreamConnectionServer(
                  at, ChannelListeners.openListenerAdapter(open), all);
          sockets.add(socket);
          at = socket.getLocalAddress(InetSocketAddress.class); // the port that was picked
        }
        return new ListeningSockets(sockets, at);
      } catch (IOException | RuntimeException failed) {
        sockets.forEach(IoUtils::safeClose);
        throw failed;
      }
    }
  }

  /** XNIO's own worker; its threads divide what one socket accepts. */
  record Nio(XnioWorker worker, String reason, NioSockets sockets) implements Transport {
    Nio(XnioWorker worker, String reason) {
      this(worker, reason, new NioSockets(worker));
    }

    @Override
    public List<XnioWorker> workers() {
      return List.of(worker);
    }

    @Override
    public List<XnioIoThread> loops() {
      return IntStream.range(0, worker.getIoThreadCount()).mapToObj(worker::getIoThread).toList();
    }

    @Override
    public String name() {
      return "nio";
    }

    @Override
    public String description() {
      int count = worker.getIoThreadCount();
      return count == 1 ? "NIO" : "NIO (" + several(count, "") + ")";
    }

    @Override
    public long openConnections() {
      return worker.getMXBean().getServerMXBeans().stream()
          .mapToLong(XnioServerMXBean::getConnectionCount)
          .sum();
    }

    @Override
    public ListeningSockets listen(
        InetSocketAddress address,
        ChannelListener<StreamConnection> open,
        List<Admission> admissions,
        OptionMap options)
        throws IOException {
      return sockets.listen(address, open, admissions, options);
    }
  }

  private static String several(int loops, String then) {
    return loops == 1 ? "" : loops + " loops" + then;
  }

  /**
   * Opens the transport that was asked for.
   *
   * @param zeroCopy whether a ring sends large chunks without a copy
   * @param measured whether it keeps figures
   * @throws StartException if it cannot be had
   */
  static Transport open(
      TransportChoice choice,
      int loops,
      boolean zeroCopy,
      EventLoop.FailureHandler failures,
      boolean measured)
      throws StartException {
    if (choice != TransportChoice.NIO) {
      try {
        TransportConfig config =
            TransportConfig.DEFAULT.sharedBy(loops).withZeroCopy(zeroCopy ? ZERO_COPY_BYTES : 0);
        RingXnio xnio = new RingXnio(config, failures, measured);
        return new Uring(xnio.createRingWorkers(loops, "millrace", "millrace-loop"));
      } catch (RingUnavailableException refused) {
        if (choice == TransportChoice.URING) {
          throw new StartException("transport: " + refused.getMessage(), refused);
        }
        return nio(loops, String.valueOf(refused.getMessage()));
      }
    }
    return nio(loops, "");
  }

  private static Transport nio(int loops, String reason) throws StartException {
    try {
      OptionMap options =
          OptionMap.builder()
              .set(Options.WORKER_NAME, "millrace")
              .set(Options.WORKER_IO_THREADS, loops)
              .set(Options.WORKER_TASK_CORE_THREADS, 1)
              .set(Options.WORKER_TASK_MAX_THREADS, 1)
              .getMap();
      return new Nio(Xnio.getInstance("nio").createWorker(options), reason);
    } catch (IOException failed) {
      throw new StartException("transport: NIO cannot be had: " + failed.getMessage(), failed);
    }
  }
}
