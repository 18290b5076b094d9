package dev.millrace.transport.uring;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.transport.DirectOutput;
import dev.millrace.transport.Sealer;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/**
 * The sending half of a connection.
 *
 * <p>A write stages its bytes; the ring sends them at the end of the turn. {@link #flush} returns
 * true as soon as the bytes are staged, as if they were in a socket's buffer, and closing waits for
 * them. A write on a worker thread is copied and posted to the loop, so its buffer is free at once
 * and the order is kept.
 */
final class RingSink implements StreamSinkConduit, DirectOutput {
  private final RingConnection connection;
  private final RingIoThread io;
  private final SocketWriter writer;
  private final Readiness readiness;

  /** Bytes written by worker threads and not yet staged by the loop; at most one large chunk. */
  private final AtomicInteger postedBytes = new AtomicInteger();

  private @Nullable WriteReadyHandler handler;

  // Loop thread only.
  private final ArrayDeque<ByteBuffer> posted = new ArrayDeque<>(0);
  private int failure;
  private boolean waitsForChunk;
  private @Nullable Runnable whenSent;

  private volatile boolean broken;

  RingSink(RingConnection connection, RingIoThread io) {
    this.connection = connection;
    this.io = io;
    this.writer = new SocketWriter(io.chunks(), io.config().chunksPerConnection());
    this.readiness = new Readiness(io.loop(), this::isWritable, this::fire);
  }

  // ---- called by the connection, loop thread ----------------------------------------------------

  SocketWriter writer() {
    return writer;
  }

  boolean failed() {
    return failure != 0;
  }

  void sendFailed(int errno) {
    failure = errno;
    broken = true;
    posted.clear();
    writer.discard();
  }

  /** Room may be available. */
  void checkReady() {
    stagePosted();
    Runnable task = whenSent;
    if (task != null && (failure != 0 || writer.staged() == 0)) {
      whenSent = null;
      task.run();
    }
    readiness.checkNow();
  }

  void terminated() {
    WriteReadyHandler current = handler;
    if (current != null) {
      current.terminated();
    }
  }

  private boolean isWritable() {
    return failure != 0
        || connection.isWriteShutdown()
        || (posted.isEmpty() && !waitsForChunk && writer.hasRoom());
  }

  private void fire() {
    WriteReadyHandler current = handler;
    if (connection.isWriteShutdown()) {
      readiness.suspend();
    }
    if (current != null) {
      current.writeReady();
    }
  }

  // ---- writing -------------------------------------------------------------------------------

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (connection.isWriteShutdown()) {
      throw new ClosedChannelException();
    }
    if (!io.loop().isLoopThread()) {
      return post(source);
    }
    if (failure != 0) {
      throw new ErrnoException("send", failure);
    }
    return posted.isEmpty() ? stage(source) : 0;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      if (sources[i].hasRemaining()) {
        total += write(sources[i]);
        if (sources[i].hasRemaining()) {
          break;
        }
      }
    }
    return total;
  }

  @Override
  public boolean canSend() {
    return failure == 0;
  }

  @Override
  public void peerIsDone() {
    connection.peerIsDone();
  }

  @Override
  public void hangUp() {
    connection.hangUp();
  }

  @Override
  public boolean hasRoom(int bytes) {
    return failure == 0
        && posted.isEmpty()
        && connection.isOpenOnLoop()
        && !connection.isWriteShutdown()
        && writer.roomBytes() >= bytes;
  }

  @Override
  public void stage(MemorySegment first, int firstBytes, MemorySegment second, int secondBytes) {
    int n;
    try {
      writer.expect(firstBytes + secondBytes);
      n = writer.write(first, 0, firstBytes) + writer.write(second, 0, secondBytes);
    } catch (IOException impossible) {
      throw new AssertionError(impossible); // staging writes to memory
    }
    if (n != firstBytes + secondBytes) {
      throw new IllegalStateException("no room for " + firstBytes + '+' + secondBytes + " bytes");
    }
    connection.scheduleSend();
  }

  @Override
  public void stage(DescriptorChannel file, long position, long lengthBytes, SendListener sent) {
    stage(new FileSegment(file, position, lengthBytes, sent));
  }

  @Override
  public long unsentBytes() {
    return writer.staged();
  }

  @Override
  public void whenSent(Runnable task) {
    whenSent = task;
  }

  @Override
  public void sealFiles(Sealer sealer) {
    connection.sealFiles(sealer);
  }

  private void stage(FileSegment segment) {
    writer.add(segment);
    connection.scheduleSend();
  }

  private int stage(ByteBuffer source) throws IOException {
    int n = writer.write(MemorySegment.ofBuffer(source), 0, source.remaining());
    source.position(source.position() + n);
    if (n > 0) {
      connection.scheduleSend();
    }
    if (writer.isStarved() && !waitsForChunk) {
      waitsForChunk = true;
      io.chunks().await(this::chunkFreed);
    }
    return n;
  }

  private boolean chunkFreed() {
    waitsForChunk = false;
    writer.onChunkAvailable();
    if (failure != 0 || !connection.isOpenOnLoop()) {
      return false;
    }
    stagePosted();
    readiness.check();
    return true;
  }

  /** Copies a worker thread's bytes and posts them to the loop. */
  private int post(ByteBuffer source) throws IOException {
    if (broken) {
      throw new IOException("the connection is broken");
    }
    int bound = io.config().largeChunkBytes();
    int n = Math.min(source.remaining(), Math.max(0, bound - postedBytes.get()));
    if (n == 0) {
      return 0;
    }
    ByteBuffer copy = ByteBuffer.allocate(n);
    copy.put(0, source, source.position(), n);
    source.position(source.position() + n);
    postedBytes.addAndGet(n);
    io.loop()
        .post(() -> {
          posted.add(copy);
          stagePosted();
        });
    return n;
  }

  /** Stages the posted bytes as far as there is room. Loop thread. */
  void stagePosted() {
    while (!posted.isEmpty()) {
      if (failure != 0) {
        posted.clear();
        return;
      }
      ByteBuffer first = posted.getFirst();
      int n;
      try {
        n = stage(first);
      } catch (IOException impossible) {
        throw new AssertionError(impossible); // staging writes to memory
      }
      postedBytes.addAndGet(-n);
      if (first.hasRemaining()) {
        return;
      }
      posted.removeFirst();
    }
  }

  @Override
  public int writeFinal(ByteBuffer source) throws IOException {
    return Conduits.writeFinalBasic(this, source);
  }

  @Override
  public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
    return Conduits.writeFinalBasic(this, sources, offset, length);
  }

  /**
   * On the loop thread, accepts a whole segment of a {@link DescriptorChannel} and sends it from
   * the page cache. Any other file is read and staged now.
   */
  @Override
  public long transferFrom(FileChannel source, long position, long count) throws IOException {
    if (source instanceof DescriptorChannel file && io.loop().isLoopThread()) {
      if (connection.isWriteShutdown()) {
        throw new ClosedChannelException();
      }
      if (failure != 0) {
        throw new ErrnoException("sendfile", failure);
      }
      if (count <= 0 || !posted.isEmpty() || writer.file() != null) {
        return 0;
      }
      stage(new FileSegment(file.share(), position, count, null));
      return count;
    }
    return source.transferTo(
        position, count, new org.xnio.conduits.ConduitWritableByteChannel(this));
  }

  @Override
  public long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer)
      throws IOException {
    return Conduits.transfer(source, count, throughBuffer, this);
  }

  @Override
  public boolean flush() {
    return true;
  }

  // ---- readiness and ends --------------------------------------------------------------------

  @Override
  public void terminateWrites() {
    connection.closeSink();
    terminated();
  }

  @Override
  public void truncateWrites() {
    terminateWrites();
  }

  @Override
  public boolean isWriteShutdown() {
    return connection.isWriteShutdown();
  }

  @Override
  public void resumeWrites() {
    readiness.resume();
  }

  @Override
  public void suspendWrites() {
    readiness.suspend();
  }

  @Override
  public void wakeupWrites() {
    readiness.wakeup();
  }

  @Override
  public boolean isWriteResumed() {
    return readiness.isResumed();
  }

  @Override
  public void awaitWritable() throws IOException {
    var _ = readiness.await(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
  }

  @Override
  public void awaitWritable(long time, TimeUnit unit) throws IOException {
    var _ = readiness.await(time, unit);
  }

  @Override
  public XnioIoThread getWriteThread() {
    return io;
  }

  @Override
  public void setWriteReadyHandler(WriteReadyHandler handler) {
    this.handler = handler;
  }

  @Override
  public XnioWorker getWorker() {
    return io.getWorker();
  }
}
