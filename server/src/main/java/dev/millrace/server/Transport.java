package dev.millrace.server;

import dev.millrace.files.FileAccess;
import dev.millrace.files.PoolFileAccess;
import dev.millrace.files.RingFileAccess;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopExecutors;
import dev.millrace.loop.LoopWait;
import dev.millrace.net.Sockets;
import dev.millrace.net.Sockets.Port;
import dev.millrace.sync.ResetEvent;
import dev.millrace.transport.Admission;
import dev.millrace.transport.ListeningSockets;
import dev.millrace.transport.TransportChoice;
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
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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
 * The transport of HTTP, selected at start: one or more loops, each with a thread. A connection
 * stays on the loop that has accepted it.
 */
public sealed interface Transport {
  /** Below this size, copying costs less than the notification that the memory is free. */
  int ZERO_COPY_BYTES = 16 << 10;

  /** The time over which the rate of a client is measured. */
  long MIN_SEND_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** The workers that accept connections and own the loop threads. */
  List<? extends XnioWorker> workers();

  /** The loop threads, by loop number, which is {@link XnioIoThread#getNumber}. */
  List<XnioIoThread> loops();

  /** The name in metrics and settings. */
  String name();

  /** The transport and its features, for the operator. */
  String description();

  /** Why the ring is not used or has smaller queues, and the remedy; empty if neither applies. */
  String reason();

  /** Number of open connections. On NIO it includes the one that is being admitted. */
  long openConnections();

  /**
   * Listens on an address, for all loops. A wildcard address accepts connections of its own address
   * family only.
   *
   * @param open gets each admitted connection, on the thread of its loop
   * @param admissions by loop number
   * @param options socket options, except how sockets share the port
   */
  ListeningSockets listen(
      InetSocketAddress address,
      ChannelListener<StreamConnection> open,
      List<Admission> admissions,
      OptionMap options)
      throws IOException;

  /**
   * Accepts the connections of a socket that listens already, on all loops.
   *
   * @param fd the caller's, who may close it after the call
   * @param address of the socket, for its connections
   * @throws IOException if the transport cannot; NIO never can
   */
  ListeningSockets accept(
      int fd,
      SocketAddress address,
      ChannelListener<StreamConnection> open,
      List<Admission> admissions)
      throws IOException;

  /** Whether {@link #openConnections} includes the connection that is being admitted. */
  boolean countsBeforeAdmission();

  /** Returns when a loop's current turn began, as {@link System#nanoTime}; the time on NIO. */
  LongSupplier clock(int loop);

  /** The event loop of a loop thread, or null on NIO. */
  @Nullable EventLoop eventLoop(int loop);

  /** Opens and reads files on a loop. */
  FileAccess fileAccess(int loop, SymlinkPolicy symlinks, LoopExecutors executors);

  /** Runs a task on a loop thread and waits for its end. Not on a loop thread. */
  void runAndWait(int loop, Runnable task);

  private static Runnable after(Runnable task, Runnable then) {
    return () -> {
      try {
        task.run();
      } finally {
        then.run();
      }
    };
  }

  /** Ends connections, then the loops; false if the timeout expired. */
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

  /** Ends the loops without waiting for connections. */
  default void stopNow() {
    workers().forEach(XnioWorker::shutdownNow);
  }

  /** Loops on io_uring, each with its own ring, worker and listening sockets. */
  record Uring(List<RingWorker> workers) implements Transport {
    @Override
    public List<XnioIoThread> loops() {
      return workers.stream().map(worker -> worker.getIoThread(0)).toList();
    }

    @Override
    public boolean countsBeforeAdmission() {
      return false;
    }

    @Override
    public LongSupplier clock(int loop) {
      return eventLoop(loop)::nowNanos;
    }

    @Override
    public EventLoop eventLoop(int loop) {
      return workers.get(loop).loop();
    }

    @Override
    public FileAccess fileAccess(int loop, SymlinkPolicy symlinks, LoopExecutors executors) {
      return new RingFileAccess(eventLoop(loop), symlinks);
    }

    @Override
    public void runAndWait(int loop, Runnable task) {
      LoopWait done = new LoopWait(eventLoop(loop));
      loops().get(loop).execute(after(task, done::happened));
      done.await();
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

    /** One socket a loop; the kernel distributes connections among them (SO_REUSEPORT). */
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
          at = socket.getLocalAddress(InetSocketAddress.class); // with the selected port
        }
        return new ListeningSockets(sockets, at);
      } catch (IOException | RuntimeException failed) {
        sockets.forEach(IoUtils::safeClose);
        throw failed;
      }
    }

    /** Each loop has its own descriptor of the same socket. */
    @Override
    public ListeningSockets accept(
        int fd,
        SocketAddress address,
        ChannelListener<StreamConnection> open,
        List<Admission> admissions)
        throws IOException {
      List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
      try {
        for (RingWorker worker : workers) {
          Admission admission = admissions.get(sockets.size());
          var opening = ChannelListeners.openListenerAdapter(open);
          sockets.add(worker.accept(Sockets.duplicate(fd), address, opening, admission));
        }
        return new ListeningSockets(sockets, address);
      } catch (IOException | RuntimeException failed) {
        sockets.forEach(IoUtils::safeClose);
        throw failed;
      }
    }
  }

  /** XNIO's own worker, whose threads share each listening socket. */
  record Nio(XnioWorker worker, String reason, NioSockets sockets) implements Transport {
    Nio(XnioWorker worker, String reason, boolean measured) {
      this(worker, reason, new NioSockets(worker, measured));
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
    public boolean countsBeforeAdmission() {
      return true;
    }

    @Override
    public LongSupplier clock(int loop) {
      return System::nanoTime;
    }

    @Override
    public @Nullable EventLoop eventLoop(int loop) {
      return null;
    }

    @Override
    public FileAccess fileAccess(int loop, SymlinkPolicy symlinks, LoopExecutors executors) {
      return new PoolFileAccess(executors, symlinks);
    }

    @Override
    public void runAndWait(int loop, Runnable task) {
      ResetEvent done = new ResetEvent();
      loops().get(loop).execute(after(task, done::set));
      done.await();
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

    @Override
    public ListeningSockets accept(
        int fd,
        SocketAddress address,
        ChannelListener<StreamConnection> open,
        List<Admission> admissions)
        throws IOException {
      throw new IOException(
          "needs io_uring, and the transport is NIO" + (reason.isEmpty() ? "" : ": " + reason));
    }
  }

  private static String several(int loops, String then) {
    return loops == 1 ? "" : loops + " loops" + then;
  }

  /**
   * Opens the configured transport.
   *
   * @param runtime what it runs on
   * @param zeroCopy whether a ring sends large chunks without copying them
   * @param minSendBytes bytes a second that a client must take of a response; 0 for none
   * @param measured whether the transport collects metrics
   * @throws StartException if the transport is not available
   */
  static Transport open(
      ServerRuntime runtime,
      TransportChoice choice,
      int loops,
      boolean zeroCopy,
      int minSendBytes,
      EventLoop.FailureHandler failures,
      boolean measured)
      throws StartException {
    if (choice != TransportChoice.NIO) {
      try {
        TransportConfig config =
            runtime
                .transport()
                .apply(
                    TransportConfig.DEFAULT
                        .sharedBy(loops)
                        .withZeroCopy(zeroCopy ? ZERO_COPY_BYTES : 0)
                        .withMinSend(minSendBytes, MIN_SEND_NANOS));
        RingXnio xnio = new RingXnio(config, failures, measured, runtime.rings());
        return new Uring(xnio.createRingWorkers(loops, "millrace", "millrace-loop"));
      } catch (RingUnavailableException refused) {
        if (choice == TransportChoice.URING) {
          throw new StartException("transport: " + refused.getMessage(), refused);
        }
        return nio(loops, String.valueOf(refused.getMessage()), measured);
      }
    }
    return nio(loops, "", measured);
  }

  private static Transport nio(int loops, String reason, boolean measured) throws StartException {
    try {
      OptionMap options =
          OptionMap.builder()
              .set(Options.WORKER_NAME, "millrace")
              .set(Options.WORKER_IO_THREADS, loops)
              .set(Options.WORKER_TASK_CORE_THREADS, 1)
              .set(Options.WORKER_TASK_MAX_THREADS, 1)
              .getMap();
      return new Nio(Xnio.getInstance("nio").createWorker(options), reason, measured);
    } catch (IOException failed) {
      throw new StartException("transport: cannot open NIO: " + failed.getMessage(), failed);
    }
  }
}
