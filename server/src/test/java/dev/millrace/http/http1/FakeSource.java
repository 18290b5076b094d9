package dev.millrace.http.http1;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/** A source whose segments the test delivers one by one. */
final class FakeSource implements StreamSourceConduit {
  private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
  private @Nullable ReadReadyHandler handler;
  private boolean resumed;
  private boolean woken;
  private boolean ended;
  private boolean shutdown;
  private int reads;

  void arrive(byte[] bytes, int from, int to) {
    arrived.add(ByteBuffer.wrap(bytes, from, to - from));
  }

  void end() {
    ended = true;
  }

  /** The number of reads. */
  int reads() {
    return reads;
  }

  /** Runs one turn of the loop; returns false if there was nothing to do. */
  boolean turn() {
    boolean call = woken || (resumed && (!arrived.isEmpty() || ended));
    woken = false;
    if (call && handler != null) {
      handler.readReady();
    }
    return call;
  }

  @Override
  public int read(ByteBuffer into) {
    reads++;
    ByteBuffer first = arrived.peek();
    if (first == null) {
      if (ended) {
        shutdown = true;
        resumed = false;
      }
      return ended ? -1 : 0;
    }
    int n = Math.min(first.remaining(), into.remaining());
    into.put(first.slice(first.position(), n));
    first.position(first.position() + n);
    if (!first.hasRemaining()) {
      arrived.remove();
    }
    return n;
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) {
    throw new UnsupportedOperationException("the connection reads into one buffer");
  }

  @Override
  public long transferTo(long position, long count, FileChannel target) {
    throw new UnsupportedOperationException("bytes must pass the parser");
  }

  @Override
  public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) {
    throw new UnsupportedOperationException("bytes must pass the parser");
  }

  @Override
  public void terminateReads() {
    shutdown = true;
  }

  @Override
  public boolean isReadShutdown() {
    return shutdown;
  }

  @Override
  public void resumeReads() {
    resumed = true;
  }

  @Override
  public void suspendReads() {
    resumed = false;
  }

  @Override
  public void wakeupReads() {
    resumed = true;
    woken = true;
  }

  @Override
  public boolean isReadResumed() {
    return resumed;
  }

  @Override
  public void awaitReadable() {
    throw new IllegalStateException("would block");
  }

  @Override
  public void awaitReadable(long time, TimeUnit unit) {
    throw new IllegalStateException("would block");
  }

  @Override
  public XnioIoThread getReadThread() {
    return FakeThread.current();
  }

  @Override
  public void setReadReadyHandler(ReadReadyHandler handler) {
    this.handler = handler;
  }

  @Override
  public XnioWorker getWorker() {
    throw new UnsupportedOperationException("no worker");
  }
}
