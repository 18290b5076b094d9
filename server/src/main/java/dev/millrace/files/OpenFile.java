package dev.millrace.files;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileFacts;

/**
 * An open descriptor and what it was when it was opened. Closed once, by whoever was given it, on
 * the event thread, with no read of it in flight.
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

  /** Closes the descriptor; again has no effect. */
  public void close() {
    if (!closed) {
      closed = true;
      FileCalls.close(fd);
    }
  }
}
