package dev.millrace.transport.uring;

import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.net.Sockets;
import dev.millrace.sync.Errno;
import dev.millrace.transport.Admission;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import java.io.IOException;
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
 * A listening socket with several accepts on the ring, each for one connection.
 *
 * <p>A turn of the loop accepts as many connections at most, so a loop that cannot keep up leaves
 * the others in the kernel's backlog. A multishot accept would take all of them, and accepting
 * would leave no time to serve the accepted ones. There are no more accepts than connections that
 * may still be opened, except for one, whose connection replaces another or is refused.
 *
 * <p>When descriptors run out nevertheless (EMFILE, ENFILE), it closes its spare descriptor,
 * accepts one connection with it, and rejects that connection, so that the client sees an end of
 * stream. Without a spare descriptor, accepting pauses and a timer retries it.
 */
final class RingListener implements AcceptingChannel<StreamConnection>, CompletionTarget {
  /**
   * Accepts in the ring: enough that an idle loop takes a burst of connections at once, and few
   * enough that their requests take milliseconds.
   */
  private static final int ACCEPTS = EventLoop.TAGS - 1;

  private static final int TAG_CANCEL = ACCEPTS;
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final RingWorker worker;
  private final RingIoThread io;
  private final EventLoop loop;
  private final int fd;
  private final SocketAddress localAddress;
  private final Admission admission;
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

  /** The tags of the accepts in the ring, as bits. */
  private int accepting;

  private boolean shedding;
  private int spare = Sockets.placeholder();
  private boolean cancelling;
  private boolean retrying;

  RingListener(
      RingWorker worker, RingIoThread io, int fd, SocketAddress localAddress, Admission admission) {
    this.worker = worker;
    this.io = io;
    this.loop = io.loop();
    this.fd = fd;
    this.localAddress = localAddress;
    this.admission = admission;
  }

  // ---- on the loop thread -----------------------------------------------------------------------

  private void update() {
    if (closing.get()) {
      cancelAccept();
      finishIfQuiet();
    } else if (!resumed) {
      cancelAccept();
    } else if (!retrying) {
      acceptMore();
    }
  }

  private void acceptMore() {
    int wanted = shedding ? 1 : Math.clamp(admission.room(), 1, ACCEPTS);
    int inRing = Integer.bitCount(accepting);
    if (inRing > wanted) {
      cancelAccept();
    }
    for (; inRing < wanted && !cancelling; inRing++) {
      if (!registered) {
        registered = true;
        handle = loop.register(this);
      }
      int tag = Integer.numberOfTrailingZeros(~accepting);
      accepting |= 1 << tag;
      int flags = Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
      loop.ring().prepAccept(fd, flags, loop.begin(handle, OpKind.ACCEPT, tag));
    }
  }

  private void cancelAccept() {
    if (accepting != 0 && !cancelling) {
      cancelling = true;
      loop.ring().prepCancelDescriptor(fd, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
  }

  @Override
  public void completed(int tag, int result, int flags) {
    if (tag == TAG_CANCEL) {
      cancelling = false;
    } else {
      accepting &= ~(1 << tag);
      if (result >= 0) {
        take(result);
      } else if (result != -Errno.ECANCELED) {
        failed(-result);
      }
    }
    update();
  }

  private void take(int connectionFd) {
    if (shedding) {
      shedding = false;
      spare = Sockets.placeholder();
      if (spare < 0) {
        refuse(connectionFd);
        spare = Sockets.placeholder();
        return;
      }
    }
    open(connectionFd);
  }

  private void refuse(int connectionFd) {
    Sockets.sendNow(connectionFd, admission.refusal());
    Sockets.close(connectionFd);
  }

  private void open(int connectionFd) {
    if (closing.get() && worker.isShutdown()) {
      Sockets.close(connectionFd); // accepted between our close and the cancellation
      return;
    }
    if (!admission.admit()) {
      refuse(connectionFd);
      return;
    }
    accepted.add(worker.connect(io, connectionFd, localAddress));
    ChannelListeners.invokeChannelListener(this, acceptListener);
  }

  private void failed(int errno) {
    boolean exhausted = errno == Errno.EMFILE || errno == Errno.ENFILE;
    if (exhausted && spare >= 0) {
      Sockets.close(spare);
      spare = -1;
      shedding = true;
    } else if (exhausted && shedding && (accepting != 0 || cancelling)) {
      return; // it was in the ring with the one that failed first
    } else {
      pause();
    }
  }

  private void pause() {
    io.stats().add(Figure.ACCEPT_PAUSED, 1);
    shedding = false;
    retrying = true;
    var _ =
        loop.schedule(
            () -> {
              retrying = false;
              if (spare < 0 && !closing.get()) {
                spare = Sockets.placeholder();
              }
              update();
            },
            RETRY_NANOS);
  }

  private void finishIfQuiet() {
    if (accepting != 0 || cancelling) {
      return;
    }
    if (registered) {
      registered = false;
      loop.release(handle);
    }
    if (worker.removeListener(this)) {
      Sockets.close(fd);
      if (spare >= 0) {
        Sockets.close(spare);
        spare = -1;
      }
      for (StreamConnection left : accepted) {
        org.xnio.IoUtils.safeClose(left);
      }
      ChannelListeners.invokeChannelListener(this, closeListener);
    }
  }

  // ---- XNIO's interface -------------------------------------------------------------------------

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
    throw new UnsupportedOperationException("only the loop thread accepts");
  }

  @Override
  public void awaitAcceptable(long time, TimeUnit unit) {
    throw new UnsupportedOperationException("only the loop thread accepts");
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

  /** Stops accepting; the socket is closed when the accept in flight has completed. */
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
