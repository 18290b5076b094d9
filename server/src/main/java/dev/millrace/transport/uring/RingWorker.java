package dev.millrace.transport.uring;

import dev.millrace.loop.EventLoop;
import dev.millrace.net.Sockets;
import dev.millrace.transport.Admission;
import dev.millrace.uring.BufferRing;
import dev.millrace.uring.ErrnoException;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingSizes;
import dev.millrace.uring.RingUnavailableException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.ManagementRegistration;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import org.xnio.management.XnioServerMXBean;
import org.xnio.management.XnioWorkerMXBean;

/** An XNIO worker with one loop thread. */
public final class RingWorker extends XnioWorker {
  /** Shares a port among several sockets; default {@link Sockets.Port#ALONE}. */
  public static final Option<Sockets.Port> PORT =
      Option.simple(RingWorker.class, "PORT", Sockets.Port.class);

  /** Decides which connections may stay; default {@link Admission#UNBOUNDED}. */
  public static final Option<Admission> ADMISSION =
      Option.simple(RingWorker.class, "ADMISSION", Admission.class);

  private static final int BACKLOG = 4096;
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final RingIoThread io;
  private final RingConfig ringConfig;
  private final Optional<RingUnavailableException> shortage;
  private final AtomicBoolean shutdown = new AtomicBoolean();
  private final CountDownLatch terminated = new CountDownLatch(1);

  /** Written by the loop thread only. */
  private volatile int open;

  // Loop thread only.
  private final Set<RingListener> listeners = new HashSet<>();
  private final Set<RingConnection> connections = new HashSet<>();

  RingWorker(
      Builder builder,
      EventLoop loop,
      TransportConfig config,
      RingSizes.Opened<RingXnio.RingAndBuffers> opened,
      int number,
      String threadName) {
    super(builder);
    this.ringConfig = opened.config();
    this.shortage = opened.refusal();
    BufferRing buffers = opened.value().buffers();
    this.io = new RingIoThread(this, number, threadName, loop, config, buffers, this::loopEnded);
  }

  /** The ring's sizes, which may be smaller than configured. */
  public RingConfig ringConfig() {
    return ringConfig;
  }

  /** Why the ring is smaller than configured, and what to change; empty if it is not. */
  public Optional<RingUnavailableException> shortage() {
    return shortage;
  }

  void startLoop() {
    io.startAndAwait();
    io.loop().post(this::sweep);
  }

  /** Looks for stalled connections periodically; cheaper than a timer for each send. */
  private void sweep() {
    long now = io.loop().nowNanos();
    for (RingConnection connection : connections) {
      connection.endIfStalled(now);
    }
    io.chunks().trim();
    long shortest = Math.min(io.config().sendTimeoutNanos(), io.config().minSendNanos() / 10);
    long period = Math.min(SWEEP_NANOS, shortest);
    var _ = io.loop().schedule(this::sweep, period);
  }

  /** The loop, for other work on the same ring. */
  public EventLoop loop() {
    return io.loop();
  }

  /** The transport's metrics. Any thread. */
  public TransportStats stats() {
    return io.stats();
  }

  /** Sets the listener of peers whose connections end because they are too slow. Any thread. */
  public void whenSlow(Consumer<SocketAddress> listener) {
    io.whenSlow(listener);
  }

  /** Open connections, including those being closed. Any thread. */
  public int openConnections() {
    return open;
  }

  /** Provided receive buffers that the kernel may fill. Any thread. */
  public int receiveBuffersFree() {
    return io.receiveBuffers().free();
  }

  @Override
  protected AcceptingChannel<StreamConnection> createTcpConnectionServer(
      InetSocketAddress address,
      ChannelListener<? super AcceptingChannel<StreamConnection>> acceptListener,
      OptionMap options)
      throws IOException {
    int backlog = options.get(Options.BACKLOG, BACKLOG);
    int fd;
    try {
      fd = Sockets.listen(address, backlog, options.get(PORT, Sockets.Port.ALONE));
    } catch (ErrnoException failed) {
      if (failed.isAddressInUse() || failed.isPermissionDenied()) {
        BindException bind = new BindException(failed.getMessage());
        bind.initCause(failed);
        throw bind;
      }
      throw failed;
    }
    Admission admission = options.get(ADMISSION, Admission.UNBOUNDED);
    return accept(fd, Sockets.localAddress(fd), acceptListener, admission);
  }

  /**
   * Accepts the connections of a socket that listens already. Several workers may share a socket;
   * the kernel wakes one of them for each connection.
   *
   * @param fd owned, and closed, by the returned channel
   * @param address of the socket, for its connections
   */
  public AcceptingChannel<StreamConnection> accept(
      int fd,
      SocketAddress address,
      ChannelListener<? super AcceptingChannel<StreamConnection>> acceptListener,
      Admission admission) {
    RingListener listener = new RingListener(this, io, fd, address, admission);
    listener.setAcceptListener(acceptListener);
    io.loop().post(() -> listeners.add(listener));
    return listener;
  }

  RingConnection connect(RingIoThread thread, int fd, SocketAddress localAddress) {
    RingConnection[] self = new RingConnection[1];
    RingConnection connection =
        new RingConnection(
            thread,
            fd,
            localAddress,
            () -> {
              connections.remove(self[0]);
              open = connections.size();
              endIfIdle();
            });
    self[0] = connection;
    connections.add(connection);
    open = connections.size();
    return connection;
  }

  boolean removeListener(RingListener listener) {
    boolean removed = listeners.remove(listener);
    endIfIdle();
    return removed;
  }

  private void endIfIdle() {
    if (shutdown.get() && listeners.isEmpty() && connections.isEmpty()) {
      io.loop().stop();
    }
  }

  /**
   * Closes listeners and connections; staged bytes are still sent. The loop stops when the last
   * connection has ended.
   */
  @Override
  public void shutdown() {
    if (shutdown.compareAndSet(false, true)) {
      io.loop()
          .post(() -> {
            for (RingListener listener : new ArrayList<>(listeners)) {
              IoUtils.safeClose(listener);
            }
            for (RingConnection connection : new ArrayList<>(connections)) {
              IoUtils.safeClose(connection);
            }
            endIfIdle();
          });
      shutDownTaskPool();
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    io.loop().stop();
    return shutDownTaskPoolNow();
  }

  private void loopEnded() {
    connections.forEach(RingConnection::abandonFile); // of clients for which the stop did not wait
    terminated.countDown();
  }

  @Override
  public boolean isShutdown() {
    return shutdown.get();
  }

  @Override
  public boolean isTerminated() {
    return terminated.getCount() == 0;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return terminated.await(timeout, unit);
  }

  @Override
  public void awaitTermination() throws InterruptedException {
    terminated.await();
  }

  @Override
  public XnioIoThread getIoThread(int hashCode) {
    return io;
  }

  @Override
  protected XnioIoThread chooseThread() {
    return io;
  }

  @Override
  public int getIoThreadCount() {
    return 1;
  }

  @Override
  public <T> T getOption(Option<T> option) throws IOException {
    return option.equals(Options.WORKER_IO_THREADS)
        ? option.cast(Integer.valueOf(1))
        : super.getOption(option);
  }

  @Override
  public XnioWorkerMXBean getMXBean() {
    return new Management();
  }

  @Override
  protected ManagementRegistration registerServerMXBean(XnioServerMXBean server) {
    return () -> {};
  }

  private final class Management implements XnioWorkerMXBean {
    @Override
    public String getProviderName() {
      return getXnio().getName();
    }

    @Override
    public String getName() {
      return RingWorker.this.getName();
    }

    @Override
    public boolean isShutdownRequested() {
      return isShutdown();
    }

    @Override
    public int getCoreWorkerPoolSize() {
      return RingWorker.this.getCoreWorkerPoolSize();
    }

    @Override
    public int getMaxWorkerPoolSize() {
      return RingWorker.this.getMaxWorkerPoolSize();
    }

    @Override
    public int getWorkerPoolSize() {
      return RingWorker.this.getWorkerPoolSize();
    }

    @Override
    public int getBusyWorkerThreadCount() {
      return RingWorker.this.getBusyWorkerThreadCount();
    }

    @Override
    public int getIoThreadCount() {
      return 1;
    }

    @Override
    public int getWorkerQueueSize() {
      return RingWorker.this.getWorkerQueueSize();
    }

    @Override
    public Set<XnioServerMXBean> getServerMXBeans() {
      return Set.of();
    }
  }
}
