package dev.millrace.files;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileFacts;
import dev.millrace.file.OpenFailure;
import dev.millrace.sync.ThreadPool;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Executor;

/** Files by blocking calls on the worker pool, for where there is no ring. */
public final class PoolFileAccess implements FileAccess {
  private static final int NO_MEMORY = -12; // ENOMEM: what a full queue answers a read

  private final ThreadPool pool;
  private final Executor events;
  private final int rootFd;
  private final MemorySegment how;

  /**
   * @param events runs callbacks on the event thread
   * @param rootFd a directory's descriptor, open as long as this is used
   */
  public PoolFileAccess(ThreadPool pool, Executor events, int rootFd, SymlinkPolicy symlinks) {
    this.pool = pool;
    this.events = events;
    this.rootFd = rootFd;
    this.how = symlinks.how();
  }

  @Override
  public void open(byte[] path, OpenCallback callback) {
    if (!pool.trySpawn(() -> openNow(path, callback))) {
      callback.failed(OpenFailure.EXHAUSTED);
    }
  }

  private void openNow(byte[] path, OpenCallback callback) {
    OpenFile file;
    try {
      file = OpenFile.open(rootFd, path, how);
    } catch (ErrnoException failed) {
      events.execute(() -> callback.failed(OpenFailure.of(failed.errno())));
      return;
    }
    events.execute(() -> callback.opened(file));
  }

  @Override
  public void read(
      OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback) {
    int fd = file.fd();
    int bytes = Math.min(length, buffer.capacityBytes());
    if (!pool.trySpawn(
        () -> {
          int result = (int) FileCalls.pread(fd, buffer.memory(), bytes, offset);
          events.execute(() -> callback.read(result));
        })) {
      callback.read(NO_MEMORY);
    }
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
