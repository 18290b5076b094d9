package dev.millrace.blocking;

import java.lang.foreign.MemorySegment;

/** Reads a file through a ring with blocking calls. One thread at a time. */
public final class RingFileReader extends RingReader {
  private final RingCaller caller;
  private final int fd;
  private long position;

  /**
   * @param fd open for reading; not closed by this reader
   * @param staging native memory for one read, used by this reader only
   * @param buffer for peeking; may be empty
   * @throws IllegalArgumentException if {@code staging} is empty or on the heap
   */
  public RingFileReader(RingCaller caller, int fd, MemorySegment staging, byte[] buffer) {
    super(buffer);
    this.staging = Staging.check(staging);
    this.caller = caller;
    this.fd = fd;
  }

  @Override
  int readMore() {
    int n = caller.read(fd, staging, position);
    position += Math.max(0, n);
    return n;
  }

  @Override
  String what() {
    return "reading at " + position;
  }
}
