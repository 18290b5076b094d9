package dev.millrace.blocking;

import java.lang.foreign.MemorySegment;

/**
 * Writes a file through a ring with blocking calls. Bytes are gathered in native memory and written
 * when it is full and by {@link #flush}. One thread at a time.
 *
 * <p>After a failed write that memory contains exactly the unwritten bytes, and the position
 * follows the written ones. The next write or flush continues from there.
 */
public final class RingFileWriter extends RingWriter {
  private static final byte[] NO_BUFFER = {};

  private final RingCaller caller;
  private final int fd;
  private long position;

  /**
   * @param fd open for writing; not closed by this writer
   * @param staging native memory for one write, used by this writer only
   * @throws IllegalArgumentException if {@code staging} is empty or on the heap
   */
  public RingFileWriter(RingCaller caller, int fd, MemorySegment staging) {
    super(staging, NO_BUFFER);
    this.caller = caller;
    this.fd = fd;
  }

  @Override
  int writeFrom(MemorySegment memory) {
    int n = caller.write(fd, memory, position);
    position += Math.max(0, n);
    return n;
  }

  @Override
  String what() {
    return "writing at " + position;
  }
}
