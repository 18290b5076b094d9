package dev.millrace.transport;

import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.net.Sockets;
import dev.millrace.transport.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.Option;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * A listening socket with a multishot accept on the ring.
 *
 * <p>Out of descriptors (EMFILE, ENFILE), accepting pauses and is tried again by a timer: the
 * connections wait in the kernel's backlog.
 */
final class RingListener implements AcceptingChannel<StreamConnection>, CompletionTarget {
  private static final int TAG_ACCEPT = 0;
  private static final int TAG_CANCEL = 1;
  private static final int CANCELLED = -125; // ECANCELED
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final RingWorker worker;
  private final RingIoThread io;
  private final EventLoop loop;
  private final int fd;
  private final InetSocketAddress localAddress;
  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile boolean resumed;
  private volatile @Nullable ChannelListener<? super AcceptingChannel<StreamConnection>>
      acceptListener;
  private volatile @Nullable ChannelListener<? super AcceptingChannel<StreamConnection>>
      closeListener;

  // Loop thread only.
  private final ArrayDeque<StreamConnection> accepted = new ArrayDeque<>();
  private boolean registered;
  private long handle;
  private long acceptUserData;
  private boolean accepting;
  private boolean cancelling;
  private boolean retrying;

  RingListener(RingWorker worker, RingIoThread io, int fd, InetSocketAddress localAddress) {
    this.worker = worker;
    this.io = io;
    this.loop = io.loop();
    this.fd = fd;
    this.localAddress = localAddress;
  }

  // ---- on the loop ---------------------------------------------------------------------------

  private void update() {
    if (closing.get()) {
      cancelAccept();
      finishIfQuiet();
    } else if (resumed && !accepting && !retrying) {
      if (!registered) {
        registered = true;
        handle = loop.register(this);
      }
      accepting = true;
      acceptUserData = loop.begin(handle, OpKind.ACCEPT, TAG_ACCEPT);
      loop.ring()
          .prepAcceptMultishot(fd, Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK, acceptUserData);
    } else if (!resumed) {
      cancelAccept();
    }
  }

  private void cancelAccept() {
    if (accepting && !cancelling) {
      cancelling = true;
      loop.ring().prepCancel(acceptUserData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
  }

  @Override
  public void completed(int tag, int result, int flags) {
    if (tag == TAG_CANCEL) {
      cancelling = false;
    } else {
      if (!Ring.hasMore(flags)) {
        accepting = false;
      }
      if (result >= 0) {
        open(result);
      } else if (result != CANCELLED) {
        pause();
      }
    }
    update();
  }

  private void open(int connectionFd) {
    if (closing.get()) {
      Sockets.close(connectionFd); // accepted between our close and the kernel's cancel
      return;
    }
    accepted.add(worker.connect(io, connectionFd, localAddress));
    ChannelListeners.invokeChannelListener(this, acceptListener);
  }

  private void pause() {
    io.stats().add(Figure.ACCEPT_PAUSED, 1);
    retrying = true;
    var _ =
        loop.schedule(
            () -> {
              retrying = false;
              update();
            },
            RETRY_NANOS);
  }

  private void finishIfQuiet() {
    if (accepting || cancelling) {
      return;
    }
    if (registered) {
      registered = false;
      loop.release(handle);
    }
    if (worker.removeListener(this)) {
      Sockets.close(fd);
      for (StreamConnection left : accepted) {
        org.xnio.IoUtils.safeClose(left);
      }
      ChannelListeners.invokeChannelListener(this, closeListener);
    }
  }

  // ---- what XNIO asks ------------------------------------------------------------------------

  @Override
  public @Nullable StreamConnection accept() {
    return loop.isLoopThread() ? accepted.poll() : null;
  }

  void setAcceptListener(
      @Nullable ChannelListener<? super AcceptingChannel<StreamConnection>> listener) {
    acceptListener = listener;
  }

  @Override
  public ChannelListener.Setter<AcceptingChannel<StreamConnection>> getAcceptSetter() {
    return this::setAcceptListener;
  }

  @Override
  public ChannelListener.Setter<AcceptingChannel<StreamConnection>> getCloseSetter() {
    return listener -> closeListener = listener;
  }

  @Override
  public SocketAddress getLocalAddress() {
    return localAddress;
  }

  @Override
  public <A extends SocketAddress> @Nullable A getLocalAddress(Class<A> type) {
    return type.isInstance(localAddress) ? type.cast(localAddress) : null;
  }

  @Override
  public void suspendAccepts() {
    resumed = false;
    loop.post(this::update);
  }

  @Override
  public void resumeAccepts() {
    resumed = true;
    loop.post(this::update);
  }

  @Override
  public boolean isAcceptResumed() {
    return resumed;
  }

  @Override
  @Deprecated
  public void wakeupAccepts() {
    resumeAccepts();
    loop.post(() -> ChannelListeners.invokeChannelListener(this, acceptListener));
  }

  @Override
  public void awaitAcceptable() {
    throw new UnsupportedOperationException("accepting is the loop's");
  }

  @Override
  public void awaitAcceptable(long time, TimeUnit unit) {
    throw new UnsupportedOperationException("accepting is the loop's");
  }

  @Override
  public XnioWorker getWorker() {
    return worker;
  }

  @Override
  @Deprecated
  public XnioExecutor getAcceptThread() {
    return io;
  }

  @Override
  public XnioIoThread getIoThread() {
    return io;
  }

  @Override
  public boolean isOpen() {
    return !closing.get();
  }

  /** Stops accepting; the socket is closed when the accept in flight has ended. */
  @Override
  public void close() throws IOException {
    if (closing.compareAndSet(false, true)) {
      loop.post(this::update);
    }
  }

  @Override
  public boolean supportsOption(Option<?> option) {
    return false;
  }

  @Override
  public <T> @Nullable T getOption(Option<T> option) {
    return null;
  }

  @Override
  public <T> @Nullable T setOption(Option<T> option, T value) {
    return null;
  }
}
