package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileFacts;
import dev.millrace.file.OpenFailure;
import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.uring.ErrnoException;
import dev.millrace.uring.OpKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Files by the ring: OPENAT2 and READ, and fstat(2), which does not block, nor does openat2(2) of a
 * path that is in memory. Loop thread only.
 */
public final class RingFileAccess implements FileAccess {
  private static final int MAX_PATH_BYTES = 4095;

  private final EventLoop loop;
  private final int rootFd;
  private final MemorySegment how;
  private final MemorySegment howCached;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment pathAgain = arena.allocate(MAX_PATH_BYTES + 1);
  private final ArrayDeque<Open> opens = new ArrayDeque<>();
  private final ArrayDeque<Read> reads = new ArrayDeque<>();

  /**
   * @param rootFd a directory's descriptor, open as long as this is used
   */
  public RingFileAccess(EventLoop loop, int rootFd, SymlinkPolicy symlinks) {
    this.loop = loop;
    this.rootFd = rootFd;
    this.how = symlinks.how();
    this.howCached = symlinks.howCached();
  }

  @Override
  public void open(byte[] path, OpenCallback callback) {
    if (path.length > MAX_PATH_BYTES) {
      callback.failed(OpenFailure.NAME_TOO_LONG);
      return;
    }
    Open open = opens.isEmpty() ? new Open() : opens.removeFirst();
    open.start(path, callback);
  }

  @Override
  public void read(
      OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback) {
    Read read = reads.isEmpty() ? new Read() : reads.removeFirst();
    read.start(file.fd(), offset, buffer, length, callback);
  }

  @Override
  public boolean sendsFiles() {
    return true;
  }

  @Override
  public FileFacts stat(OpenFile file) throws ErrnoException {
    return FileCalls.stat(file.fd());
  }

  @Override
  public DirectoryScan scan(OpenFile directory, byte[] path) {
    return new DirectoryScan(rootFd, how, directory, path);
  }

  /** One OPENAT2 at a time; kept for reuse with its path memory and its slot. */
  private final class Open implements CompletionTarget {
    private final MemorySegment path = arena.allocate(MAX_PATH_BYTES + 1);
    private final long handle = loop.register(this);
    private byte[] relative = {};
    private @Nullable OpenCallback callback;

    void start(byte[] relative, OpenCallback whenOpen) {
      this.relative = relative;
      callback = whenOpen;
      copyPath(relative, path);
      loop.ring()
          .prepOpenat2(
              rootFd, path.address(), how.address(), loop.begin(handle, OpKind.OPENAT2, 0));
    }

    @Override
    public void completed(int tag, int result, int flags) {
      OpenCallback whenOpen = callback;
      callback = null;
      opens.addFirst(this);
      if (whenOpen != null) {
        report(result, relative, whenOpen);
      }
    }
  }

  private static void copyPath(byte[] relative, MemorySegment path) {
    MemorySegment.copy(relative, 0, path, JAVA_BYTE, 0, relative.length);
    path.set(JAVA_BYTE, relative.length, (byte) 0);
  }

  private @Nullable OpenFile again(byte[] relative, FileFacts facts) {
    copyPath(relative, pathAgain);
    int fd = FileCalls.openat2(rootFd, pathAgain, howCached);
    if (fd < 0) {
      return null;
    }
    if (!FileCalls.isStill(fd, facts)) {
      FileCalls.close(fd);
      return null;
    }
    return new OpenFile(fd, facts, known -> again(relative, known));
  }

  private void report(int result, byte[] relative, OpenCallback callback) {
    if (result < 0) {
      callback.failed(OpenFailure.of(-result));
      return;
    }
    OpenFile file;
    try {
      file = new OpenFile(result, FileCalls.stat(result), known -> again(relative, known));
    } catch (ErrnoException failed) {
      FileCalls.close(result);
      callback.failed(OpenFailure.IO);
      return;
    }
    callback.opened(file);
  }

  /** One READ at a time; kept for reuse with its slot. */
  private final class Read implements CompletionTarget {
    private final long handle = loop.register(this);
    private @Nullable ReadCallback callback;

    void start(int fd, long offset, ReadBuffer buffer, int length, ReadCallback whenRead) {
      callback = whenRead;
      loop.ring()
          .prepRead(
              fd,
              buffer.memory().address(),
              Math.min(length, buffer.capacityBytes()),
              offset,
              loop.begin(handle, OpKind.READ, 0));
    }

    @Override
    public void completed(int tag, int result, int flags) {
      ReadCallback whenRead = callback;
      callback = null;
      reads.addFirst(this);
      if (whenRead != null) {
        whenRead.read(result);
      }
    }
  }
}
