package dev.millrace.files;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.file.OpenFailure;
import dev.millrace.loop.LoopExecutors;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Files by blocking calls on the worker threads, for systems without io_uring. */
public final class PoolFileAccess implements FileAccess {
  private static final Logger LOG = Logger.getLogger("dev.millrace.files");
  private final LoopExecutors executors;
  private final FailureLog failures = new FailureLog();
  private final PresentRoot root = new PresentRoot();
  private final MemorySegment how;

  /**
   * Creates it without a root, so every open fails before {@link #root} is called.
   *
   * @param executors the worker threads and the loop thread that callbacks run on
   */
  public PoolFileAccess(LoopExecutors executors, SymlinkPolicy symlinks) {
    this.executors = executors;
    this.how = symlinks.how();
  }

  @Override
  public void root(@Nullable Root next) {
    root.set(next);
  }

  @Override
  public @Nullable Root root() {
    return root.get();
  }

  @Override
  public int generation() {
    return root.generation();
  }

  @Override
  public void open(byte[] path, OpenCallback callback) {
    Root present = root.get();
    if (present == null) {
      callback.failed(OpenFailure.UNAVAILABLE);
      return;
    }
    Root beneath = present.hold();
    executors.<OpenFile>call(
        () -> {
          try {
            return OpenFile.open(beneath, path, how);
          } finally {
            beneath.release();
          }
        },
        callback::opened,
        failure -> {
          if (failure instanceof RejectedExecutionException) {
            beneath.release(); // the call did not run
          }
          callback.failed(openFailure(path, failure));
        });
  }

  private OpenFailure openFailure(byte[] path, Throwable failure) {
    return switch (failure) {
      case ErrnoException errno -> {
        failures.opening(path, errno.errno());
        yield OpenFailure.of(errno.errno());
      }
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
                    ? -Errno.ENOMEM
                    : defect("read", failure, -Errno.EIO)));
  }

  private static <T> T defect(String what, Throwable failure, T result) {
    LOG.log(Level.SEVERE, what + " failed", failure);
    return result;
  }

  @Override
  public boolean sendsFiles() {
    return false; // the loop thread would wait for the disk
  }

  @Override
  public FileStat stat(OpenFile file) throws ErrnoException {
    return FileCalls.stat(file.fd());
  }

  @Override
  public DirectoryScan scan(OpenFile directory, byte[] path) {
    return new DirectoryScan(directory.root().fd(), how, directory, path);
  }
}
