package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileWrites;
import dev.millrace.uring.ErrnoException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A file that the server makes and then only reads, in memory or in a directory of its own. {@link
 * #close} discards it unless it is {@linkplain #finish finished}. All methods may wait for a disk.
 * Worker threads, one at a time.
 */
public final class GeneratedFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final int fd;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 64);
  private int buffered;
  private long written;
  private boolean taken;

  private GeneratedFile(int fd) {
    this.fd = fd;
  }

  /**
   * Creates an empty file in memory.
   *
   * @param label shown in /proc, in ASCII
   */
  public static GeneratedFile inMemory(String label) throws ErrnoException {
    return new GeneratedFile(FileWrites.createInMemory(label));
  }

  /**
   * Creates an empty file in a directory.
   *
   * @throws ErrnoException EEXIST if the name exists
   */
  public static GeneratedFile in(WritableDirectory directory, byte[] name) throws ErrnoException {
    return new GeneratedFile(FileWrites.create(directory.fd(), name, 0600));
  }

  /** The stream that appends to this file; it throws {@link ErrnoException}. */
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int value) throws ErrnoException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws ErrnoException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        append(bytes, offset, length);
      }
    };
  }

  private void append(byte[] bytes, int offset, int length) throws ErrnoException {
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, BUFFER_BYTES - buffered);
      MemorySegment.copy(bytes, offset + done, buffer, JAVA_BYTE, buffered, part);
      buffered += part;
      done += part;
      if (buffered == BUFFER_BYTES) {
        flush();
      }
    }
  }

  private void flush() throws ErrnoException {
    FileWrites.write(fd, buffer, buffered, written);
    written += buffered;
    buffered = 0;
  }

  /** Bytes that were appended. */
  public long sizeBytes() {
    return written + buffered;
  }

  /** Ends the writing and returns the file, which the caller owns and closes. */
  public OpenFile finish() throws ErrnoException {
    flush();
    OpenFile file = new OpenFile(fd, FileCalls.stat(fd), null);
    taken = true;
    return file;
  }

  @Override
  public void close() {
    arena.close();
    if (!taken) {
      FileCalls.close(fd);
    }
  }
}
