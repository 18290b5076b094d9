package dev.millrace.files;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileFacts;
import dev.millrace.file.OpenFailure;
import dev.millrace.loop.LoopExecutors;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Files by blocking calls on the worker pool, for where there is no ring. */
public final class PoolFileAccess implements FileAccess {
  private static final Logger LOG = Logger.getLogger("dev.millrace.files");
  private static final int NO_MEMORY = -12; // ENOMEM: what a full queue answers a read

  private static final int IO_ERROR = -5; // EIO

  private final LoopExecutors executors;
  private final int rootFd;
  private final MemorySegment how;

  /**
   * @param executors the workers, and the event thread that callbacks run on
   * @param rootFd a directory's descriptor, open as long as this is used
   */
  public PoolFileAccess(LoopExecutors executors, int rootFd, SymlinkPolicy symlinks) {
    this.executors = executors;
    this.rootFd = rootFd;
    this.how = symlinks.how();
  }

  @Override
  public void open(byte[] path, OpenCallback callback) {
    executors.<OpenFile>call(
        () -> OpenFile.open(rootFd, path, how),
        callback::opened,
        failure -> callback.failed(openFailure(failure)));
  }

  private static OpenFailure openFailure(Throwable failure) {
    return switch (failure) {
      case ErrnoException errno -> OpenFailure.of(errno.errno());
      case RejectedExecutionException _ -> OpenFailure.EXHAUSTED;
      default -> defect("open", failure, OpenFailure.IO);
    };
  }

  @Override
  public void read(
      OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback) {
    int fd = file.fd();
    int bytes = Math.min(length, buffer.capacityBytes());
    executors.<Integer>call(
        () -> (int) FileCalls.pread(fd, buffer.memory(), bytes, offset),
        callback::read,
        failure ->
            callback.read(
                failure instanceof RejectedExecutionException
                    ? NO_MEMORY
                    : defect("read", failure, IO_ERROR)));
  }

  private static <T> T defect(String what, Throwable failure, T result) {
    LOG.log(Level.SEVERE, what + " failed", failure);
    return result;
  }

  @Override
  public boolean sendsFiles() {
    return false; // the event thread would wait for the disk
  }

  @Override
  public FileFacts stat(OpenFile file) throws ErrnoException {
    return FileCalls.stat(file.fd());
  }

  @Override
  public DirectoryScan scan(OpenFile directory, byte[] path) {
    return new DirectoryScan(rootFd, how, directory, path);
  }
}
