package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.uring.ErrnoException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A file's content from its beginning, read with calls that may wait for a disk. One thread. */
public final class FileInput extends InputStream {
  private static final int CHUNK_BYTES = 64 << 10;

  private final OpenFile file;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment chunk = arena.allocate(CHUNK_BYTES, 64);
  private long position;

  /**
   * @param file not closed by this object
   */
  public FileInput(OpenFile file) {
    this.file = file;
  }

  @Override
  public int read() throws ErrnoException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws ErrnoException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    long n = file.readNow(chunk, Math.min(length, CHUNK_BYTES), position);
    if (n < 0) {
      throw new ErrnoException("pread", (int) -n);
    }
    if (n == 0) {
      return -1;
    }
    MemorySegment.copy(chunk, JAVA_BYTE, 0, into, offset, (int) n);
    position += n;
    return (int) n;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
