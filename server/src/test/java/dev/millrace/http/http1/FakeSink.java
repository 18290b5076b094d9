package dev.millrace.http.http1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/** A sink that accepts as many bytes as the test allows. */
public final class FakeSink implements StreamSinkConduit {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private int room = Integer.MAX_VALUE;
  private @Nullable WriteReadyHandler handler;
  private boolean resumed;
  private boolean shutdown;

  /** From now on accepts only this many bytes. */
  public void room(int bytes) {
    room = bytes;
  }

  /** The bytes written so far, one character per byte. */
  public String written() {
    return written.toString(StandardCharsets.ISO_8859_1);
  }

  boolean turn() {
    if (!resumed || room == 0 || handler == null) {
      return false;
    }
    handler.writeReady();
    return true;
  }

  @Override
  public int write(ByteBuffer source) {
    int n = Math.min(source.remaining(), room);
    for (int i = 0; i < n; i++) {
      written.write(source.get());
    }
    room -= n;
    return n;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      total += write(sources[i]);
    }
    return total;
  }

  @Override
  public int writeFinal(ByteBuffer source) {
    throw new UnsupportedOperationException("the connection ends its sink itself");
  }

  @Override
  public long writeFinal(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException("the connection ends its sink itself");
  }

  @Override
  public long transferFrom(FileChannel source, long position, long count) {
    throw new UnsupportedOperationException("no files");
  }

  @Override
  public long transferFrom(StreamSourceChannel source, long count, ByteBuffer through) {
    throw new UnsupportedOperationException("no channels");
  }

  @Override
  public boolean flush() {
    return true;
  }

  @Override
  public void terminateWrites() {
    shutdown = true;
  }

  @Override
  public void truncateWrites() {
    shutdown = true;
  }

  @Override
  public boolean isWriteShutdown() {
    return shutdown;
  }

  @Override
  public void resumeWrites() {
    resumed = true;
  }

  @Override
  public void suspendWrites() {
    resumed = false;
  }

  @Override
  public void wakeupWrites() {
    resumed = true;
  }

  @Override
  public boolean isWriteResumed() {
    return resumed;
  }

  @Override
  public void awaitWritable() {
    throw new IllegalStateException("would block");
  }

  @Override
  public void awaitWritable(long time, TimeUnit unit) {
    throw new IllegalStateException("would block");
  }

  @Override
  public XnioIoThread getWriteThread() {
    return FakeThread.current();
  }

  @Override
  public void setWriteReadyHandler(WriteReadyHandler handler) {
    this.handler = handler;
  }

  @Override
  public XnioWorker getWorker() {
    throw new UnsupportedOperationException("no worker");
  }
}
