package dev.millrace.transport.uring;

import dev.millrace.loop.LoopClosedException;
import dev.millrace.loop.LoopWait;
import dev.millrace.sync.Errno;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/** The receiving half of a connection. A worker thread's read runs on the loop thread. */
final class RingSource implements StreamSourceConduit {

  private final RingConnection connection;
  private final RingIoThread io;
  private final Inbox inbox;
  private final Readiness readiness;
  private @Nullable ReadReadyHandler handler;

  // Loop thread only.
  private boolean ended;
  private int failure;

  RingSource(RingConnection connection, RingIoThread io) {
    this.connection = connection;
    this.io = io;
    this.inbox = new Inbox(io.receiveBuffers());
    this.readiness = new Readiness(io.loop(), this::isReadable, this::fire);
  }

  // ---- called by the connection, loop thread ----------------------------------------------------

  void add(int buffer, int length) {
    assert io.loop().isLoopThread();
    inbox.add(buffer, length);
  }

  void endOfStream() {
    assert io.loop().isLoopThread();
    ended = true;
  }

  void receiveFailed(int errno) {
    assert io.loop().isLoopThread();
    switch (errno) {
      // Flow control, not a failure: buffers return while the turn's other completions are handled,
      // and then the receive is armed again.
      case Errno.ENOBUFS -> io.stats().add(Figure.NO_RECEIVE_BUFFER, 1);
      case Errno.ECANCELED -> {} // by cancelReceive, to pause or to end
      default -> {
        ended = true;
        failure = errno;
      }
    }
  }

  /** Whether the peer's stream has ended or failed. */
  boolean ended() {
    return ended;
  }

  boolean failed() {
    return failure != 0;
  }

  /** Whether fewer bytes are unread than the bound: any, while the client is new. */
  boolean wantsMore() {
    boolean isNew = connection.receives <= RingConnection.SINGLE_RECEIVES;
    return inbox.unread() < (isNew ? 1 : io.config().unreadBytesPerConnection());
  }

  void checkReady() {
    readiness.checkNow();
  }

  /** After a completion is handled: keeps the unread bytes, and stops receiving at the bound. */
  void keepUnread() {
    inbox.keep();
    if (!wantsMore()) {
      connection.cancelReceive();
    }
  }

  void discard() {
    inbox.clear();
    readiness.wakeWaiters();
  }

  void terminated() {
    ReadReadyHandler current = handler;
    if (current != null) {
      current.terminated();
    }
  }

  private boolean isReadable() {
    return !inbox.isEmpty() || ended || connection.isReadShutdown();
  }

  private void fire() {
    ReadReadyHandler current = handler;
    if (connection.isReadShutdown()) {
      readiness.suspend();
    }
    if (current != null) {
      current.readReady();
    }
  }

  // ---- reading -------------------------------------------------------------------------------

  @Override
  public int read(ByteBuffer into) throws IOException {
    return io.loop().isLoopThread() ? readOnLoop(into) : readFromWorker(into);
  }

  private int readOnLoop(ByteBuffer into) throws IOException {
    if (connection.isReadShutdown()) {
      return -1;
    }
    int n = inbox.read(into);
    if (n > 0) {
      if (wantsMore()) {
        connection.armReceive();
      }
      return n;
    }
    if (failure != 0) {
      throw new ErrnoException("receive", failure);
    }
    if (ended && into.hasRemaining()) {
      terminateReads();
      return -1;
    }
    return 0;
  }

  /**
   * Runs the read on the loop thread while the worker waits. This is rare, and the loop needs no
   * lock.
   */
  private int readFromWorker(ByteBuffer into) throws IOException {
    LoopWait done = new LoopWait(io.loop());
    int[] result = new int[1];
    IOException[] failed = new IOException[1];
    io.loop()
        .post(() -> {
          try {
            result[0] = readOnLoop(into);
          } catch (IOException failure) {
            failed[0] = failure;
          } finally {
            done.happened();
          }
        });
    try {
      done.await();
    } catch (LoopClosedException closed) {
      throw new IOException(closed);
    }
    if (failed[0] != null) {
      throw failed[0];
    }
    return result[0];
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      if (into[i].hasRemaining()) {
        int n = read(into[i]);
        if (n <= 0) {
          return total > 0 ? total : n;
        }
        total += n;
        if (into[i].hasRemaining()) {
          break;
        }
      }
    }
    return total;
  }

  @Override
  public long transferTo(long position, long count, FileChannel target) throws IOException {
    return target.transferFrom(
        new org.xnio.conduits.ConduitReadableByteChannel(this), position, count);
  }

  @Override
  public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target)
      throws IOException {
    return Conduits.transfer(this, count, throughBuffer, target);
  }

  // ---- readiness and ends --------------------------------------------------------------------

  @Override
  public void terminateReads() {
    connection.closeSource();
    terminated();
  }

  @Override
  public boolean isReadShutdown() {
    return connection.isReadShutdown();
  }

  @Override
  public void resumeReads() {
    readiness.resume();
  }

  @Override
  public void suspendReads() {
    readiness.suspend();
  }

  @Override
  public void wakeupReads() {
    readiness.wakeup();
  }

  @Override
  public boolean isReadResumed() {
    return readiness.isResumed();
  }

  @Override
  public void awaitReadable() throws IOException {
    var _ = readiness.await(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
  }

  @Override
  public void awaitReadable(long time, TimeUnit unit) throws IOException {
    var _ = readiness.await(time, unit);
  }

  @Override
  public XnioIoThread getReadThread() {
    return io;
  }

  @Override
  public void setReadReadyHandler(ReadReadyHandler handler) {
    this.handler = handler;
  }

  @Override
  public XnioWorker getWorker() {
    return io.getWorker();
  }
}
