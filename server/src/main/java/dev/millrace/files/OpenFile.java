package dev.millrace.files;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileFacts;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;

/**
 * An open descriptor and what it was when it was opened. Closed once, by whoever was given it, with
 * no read of it in flight.
 */
public final class OpenFile {
  private final int fd;
  private final FileFacts facts;
  private boolean closed;

  OpenFile(int fd, FileFacts facts) {
    this.fd = fd;
    this.facts = facts;
  }

  /** As of opening. */
  public FileFacts facts() {
    return facts;
  }

  int fd() {
    if (closed) {
      throw new IllegalStateException("the file is closed");
    }
    return fd;
  }

  /** The same open file under another descriptor, the callee's to close. */
  public OpenFile duplicate() throws ErrnoException {
    return new OpenFile(FileCalls.duplicate(fd()), facts);
  }

  /**
   * Reads with a call that waits for the disk: not on the event thread.
   *
   * @return bytes read, 0 at the end, or {@code -errno}
   */
  public long readNow(MemorySegment into, int length, long offset) {
    return FileCalls.pread(fd(), into, length, offset);
  }

  /** What the file is now. Any thread. */
  public FileFacts factsNow() throws ErrnoException {
    return FileCalls.stat(fd());
  }

  /** Closes the descriptor; again has no effect. */
  public void close() {
    if (!closed) {
      closed = true;
      FileCalls.close(fd);
    }
  }
}
