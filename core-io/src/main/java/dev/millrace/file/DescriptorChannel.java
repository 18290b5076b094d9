package dev.millrace.file;

import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.WritableByteChannel;

/**
 * A {@link FileChannel} that exposes its descriptor, so that callers which know this class can send
 * from the descriptor. Other callers can read at a position, which may block on the disk. There is
 * no channel position and no writing.
 */
public abstract class DescriptorChannel extends FileChannel {
  private static final int CHUNK_BYTES = 64 << 10;

  protected DescriptorChannel() {}

  /** The descriptor, open as long as this channel. */
  public abstract int descriptor();

  /** The file's residency in the page cache. Loop thread. */
  public abstract Residency residency();

  /** Another channel of the same open file, open until it is closed itself. */
  public abstract DescriptorChannel share();

  @Override
  public final int read(ByteBuffer into, long position) throws IOException {
    if (!into.hasRemaining()) {
      return 0;
    }
    ByteBuffer direct = into.isDirect() ? into : ByteBuffer.allocateDirect(into.remaining());
    MemorySegment memory = MemorySegment.ofBuffer(direct);
    long n = FileCalls.pread(descriptor(), memory, memory.byteSize(), position);
    if (n < 0) {
      throw new ErrnoException("pread", (int) -n);
    }
    if (n == 0) {
      return -1;
    }
    if (into.isDirect()) {
      into.position(into.position() + (int) n);
    } else {
      into.put(direct.limit((int) n));
    }
    return (int) n;
  }

  @Override
  public final long transferTo(long position, long count, WritableByteChannel target)
      throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(count, CHUNK_BYTES));
    int n = read(chunk, position);
    return n < 0 ? 0 : target.write(chunk.flip());
  }

  @Override
  public final long size() throws IOException {
    return FileCalls.stat(descriptor()).sizeBytes();
  }

  @Override
  public final void force(boolean metaData) {}

  private static UnsupportedOperationException noPosition() {
    return new UnsupportedOperationException("use read(ByteBuffer, long)");
  }

  @Override
  public final int read(ByteBuffer into) {
    throw noPosition();
  }

  @Override
  public final long read(ByteBuffer[] into, int offset, int length) {
    throw noPosition();
  }

  @Override
  public final long position() {
    throw noPosition();
  }

  @Override
  public final FileChannel position(long newPosition) {
    throw noPosition();
  }

  @Override
  public final int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public final int write(ByteBuffer source, long position) {
    throw new NonWritableChannelException();
  }

  @Override
  public final long write(ByteBuffer[] sources, int offset, int length) {
    throw new NonWritableChannelException();
  }

  @Override
  public final FileChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public final long transferFrom(
      java.nio.channels.ReadableByteChannel source, long position, long count) {
    throw new NonWritableChannelException();
  }

  @Override
  public final MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException("map is not supported");
  }

  @Override
  public final FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException("lock is not supported");
  }

  @Override
  public final FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException("tryLock is not supported");
  }
}
