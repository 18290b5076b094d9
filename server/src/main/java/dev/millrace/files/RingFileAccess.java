package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
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
 * Files by the ring: OPENAT2 and READ. Two calls run directly because they do not block: fstat(2),
 * and openat2(2) of a path that the kernel has cached. Loop thread only.
 */
public final class RingFileAccess implements FileAccess {
  private static final int MAX_PATH_BYTES = 4095;

  /**
   * Up to this size, reading resident bytes directly is cheaper than a submission and a completion.
   */
  private static final int SMALL_BYTES = 16 << 10;

  /** The longest time that a closing loop waits for an open. */
  private static final long MAX_CLOSE_NANOS = 500_000_000L;

  /**
   * Opens of one mount in the ring at a time. If its file system does not answer, others still find
   * a kernel thread: {@link dev.millrace.uring.RingConfig#DEFAULT} has four times as many.
   */
  private static final int MAX_OPENS = 64;

  private static final OpenCallback UNWANTED =
      new OpenCallback() {
        @Override
        public void opened(OpenFile file) {
          file.close();
        }

        @Override
        public void failed(OpenFailure why) {}
      };

  private final EventLoop loop;
  private final FailureLog failures = new FailureLog();
  private final PresentRoot root = new PresentRoot();
  private final MemorySegment how;
  private final MemorySegment howCached;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment pathAgain = arena.allocate(MAX_PATH_BYTES + 1);
  private final ArrayDeque<Open> opens = new ArrayDeque<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private int inFlight;
  private final RingReads reads;

  /** Creates it without a root, so every open fails before {@link #root} is called. */
  public RingFileAccess(EventLoop loop, SymlinkPolicy symlinks) {
    this.loop = loop;
    this.reads = new RingReads(loop);
    this.how = symlinks.how();
    this.howCached = symlinks.howCached();
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
  public long nowNanos() {
    return loop.ring().nanoTime();
  }

  @Override
  public void open(byte[] path, OpenCallback callback) {
    Root beneath = root.get();
    if (path.length > MAX_PATH_BYTES) {
      callback.failed(OpenFailure.NAME_TOO_LONG);
    } else if (beneath == null) {
      callback.failed(OpenFailure.UNAVAILABLE);
    } else if (inFlight == MAX_OPENS) {
      waiting.addLast(new Waiting(path, callback));
    } else {
      inFlight++;
      Open open = opens.isEmpty() ? new Open() : opens.removeFirst();
      open.start(beneath.hold(), path, callback);
    }
  }

  @Override
  public void read(
      OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback) {
    int wanted = Math.min(length, buffer.capacityBytes());
    if (wanted <= SMALL_BYTES && file.readResident(buffer.memory(), wanted, offset) == wanted) {
      callback.read(wanted);
      return;
    }
    reads.read(file.fd(), buffer, length, offset, callback);
  }

  @Override
  public boolean sendsFiles() {
    return true;
  }

  @Override
  public FileStat stat(OpenFile file) throws ErrnoException {
    return FileCalls.stat(file.fd());
  }

  @Override
  public DirectoryScan scan(OpenFile directory, byte[] path) {
    return new DirectoryScan(directory.root().fd(), how, directory, path);
  }

  /** An open that waits for the end of another one. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Waiting(byte[] path, OpenCallback callback) {}

  private void ended() {
    inFlight--;
    while (inFlight < MAX_OPENS && !waiting.isEmpty()) { // without a root, they fail at once
      Waiting next = waiting.removeFirst();
      open(next.path, next.callback);
    }
  }

  /** One OPENAT2 at a time; reused with its path memory and its slot. */
  private final class Open implements CompletionTarget {
    private final MemorySegment path = arena.allocate(MAX_PATH_BYTES + 1);
    private final long handle = loop.register(this);
    private byte[] relative = {};
    private @Nullable Root root;
    private @Nullable OpenCallback callback;
    private int tries;
    private int replaced;
    private long unwantedSinceNanos;

    void start(Root beneath, byte[] relative, OpenCallback whenOpen) {
      this.relative = relative;
      root = beneath;
      callback = whenOpen;
      tries = 0;
      replaced = 0;
      copyPath(relative, path);
      submit(beneath);
    }

    private void submit(Root beneath) {
      loop.ring()
          .prepOpenat2(
              beneath.fd(), path.address(), how.address(), loop.begin(handle, OpKind.OPENAT2, 0));
    }

    /** Waits for the descriptor, to close it; but not long for a file system that hangs. */
    @Override
    public boolean cancelForClose() {
      if (callback == null) {
        return false;
      }
      if (callback != UNWANTED) {
        callback = UNWANTED;
        unwantedSinceNanos = loop.ring().nanoTime();
      }
      return loop.ring().nanoTime() - unwantedSinceNanos < MAX_CLOSE_NANOS;
    }

    @Override
    public void completed(int tag, int result, int flags) {
      Root beneath = root;
      OpenCallback whenOpen = callback;
      if (beneath == null || whenOpen == null) {
        throw new IllegalStateException("no lookup in flight");
      }
      if (FileCalls.mayTryAgain(result) && ++tries < FileCalls.OPEN_TRIES) {
        submit(beneath);
        return;
      }
      FileStat stat = null;
      int errno = -result;
      if (result >= 0) {
        try {
          stat = FileCalls.stat(result);
        } catch (ErrnoException failed) {
          FileCalls.close(result);
          errno = failed.errno();
        }
      }
      if (stat != null && stat.isRemoved() && ++replaced < FileCalls.REPLACED_TRIES) {
        FileCalls.close(result);
        submit(beneath);
        return;
      }
      root = null;
      callback = null;
      opens.addFirst(this);
      try {
        if (stat == null) {
          failures.opening(relative, errno);
          whenOpen.failed(OpenFailure.of(errno));
        } else {
          whenOpen.opened(opened(result, stat, beneath, relative));
        }
      } finally {
        beneath.release();
        ended();
      }
    }
  }

  private static void copyPath(byte[] relative, MemorySegment path) {
    MemorySegment.copy(relative, 0, path, JAVA_BYTE, 0, relative.length);
    path.set(JAVA_BYTE, relative.length, (byte) 0);
  }

  private @Nullable OpenFile again(byte[] relative, FileStat stat) {
    Root beneath = root.get();
    if (beneath == null) {
      return null;
    }
    copyPath(relative, pathAgain);
    int fd = FileCalls.openat2(beneath.fd(), pathAgain, howCached);
    if (fd < 0) {
      return null;
    }
    if (!FileCalls.matches(fd, stat)) {
      FileCalls.close(fd);
      return null;
    }
    return new OpenFile(fd, stat, known -> again(relative, known), nowNanos());
  }

  private OpenFile opened(int fd, FileStat stat, Root beneath, byte[] relative) {
    return OpenFile.beneath(beneath, fd, stat, known -> again(relative, known), nowNanos());
  }
}
