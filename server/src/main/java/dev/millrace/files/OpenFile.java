package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.file.OpenHow;
import dev.millrace.file.PageCache;
import dev.millrace.file.Residency;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An open descriptor and what it was when it was opened. Closed once, by whoever was given it, with
 * no read of it in flight. Several may {@linkplain #share share} a descriptor, which ends with the
 * last of them.
 */
public final class OpenFile {
  private static final int PATH_MAX = 4096; // of the kernel, a NUL included

  private final int fd;
  private final FileStat stat;
  private final long openedNanos;
  private final Shared shared;
  private final @Nullable Origin origin;
  private boolean closed;

  /** Where a file was found. Event thread only. */
  @FunctionalInterface
  interface Origin {
    /** As {@link OpenFile#again}. */
    @Nullable OpenFile again(FileStat stat);
  }

  /** What all who share a descriptor have in common. */
  private static final class Shared {
    final AtomicInteger sharers = new AtomicInteger(1);
    final @Nullable Root root;
    @Nullable Residency residency; // of the event thread
    @Nullable Object note; // of the event thread

    Shared(@Nullable Root root) {
      this.root = root;
    }
  }

  OpenFile(int fd, FileStat stat, @Nullable Origin origin) {
    this(fd, stat, origin, System.nanoTime(), new Shared(null));
  }

  /** A file found beneath a root. A directory holds the root until it is closed. */
  static OpenFile beneath(Root root, int fd, FileStat stat, @Nullable Origin origin) {
    Root held = stat.isDirectory() ? root.hold() : null;
    return new OpenFile(fd, stat, origin, System.nanoTime(), new Shared(held));
  }

  /** The root that this directory was found beneath. */
  Root root() {
    Root root = shared.root;
    if (root == null) {
      throw new IllegalStateException("no directory beneath a root");
    }
    return root;
  }

  private OpenFile(
      int fd, FileStat stat, @Nullable Origin origin, long openedNanos, Shared shared) {
    this.fd = fd;
    this.stat = stat;
    this.origin = origin;
    this.openedNanos = openedNanos;
    this.shared = shared;
  }

  /**
   * Opens by a path from anywhere, with a call that may wait for a disk. The kernel's longest path
   * is 4095 bytes.
   *
   * @param path without NUL
   */
  public static OpenFile open(byte[] path) throws ErrnoException {
    return open(FileCalls.CURRENT_DIRECTORY, path, OpenHow.READ_ANYWHERE);
  }

  /** The same beneath a directory. */
  static OpenFile open(int directoryFd, byte[] path, MemorySegment how) throws ErrnoException {
    int fd = openDescriptor(directoryFd, path, how);
    try {
      return new OpenFile(fd, FileCalls.stat(fd), null);
    } catch (ErrnoException failed) {
      FileCalls.close(fd);
      throw failed;
    }
  }

  /** The same beneath a root, which the caller holds. */
  static OpenFile open(Root root, byte[] path, MemorySegment how) throws ErrnoException {
    int fd = openDescriptor(root.fd(), path, how);
    try {
      return beneath(root, fd, FileCalls.stat(fd), null);
    } catch (ErrnoException failed) {
      FileCalls.close(fd);
      throw failed;
    }
  }

  private static int openDescriptor(int directoryFd, byte[] path, MemorySegment how)
      throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(path.length + 1L);
      MemorySegment.copy(path, 0, name, JAVA_BYTE, 0, path.length);
      int fd = FileCalls.openat2Again(directoryFd, name, how);
      if (fd < 0) {
        throw new ErrnoException("openat2", -fd);
      }
      return fd;
    }
  }

  /** As of opening. */
  public FileStat stat() {
    return stat;
  }

  /** When its path was last known to lead to it, as {@link System#nanoTime}. */
  public long openedNanos() {
    return openedNanos;
  }

  /** The same open file and descriptor, the callee's to close. */
  public OpenFile share() {
    int before = shared.sharers.getAndIncrement();
    if (closed || before < 1) {
      throw new IllegalStateException("the file is closed");
    }
    return new OpenFile(fd, stat, origin, openedNanos, shared);
  }

  /**
   * Whether it is what it was when it was opened: content, attributes, and names, for renaming and
   * removing it change its time of change. What becomes of the directories above it does not show.
   */
  public boolean isUnchanged() {
    return FileCalls.matches(fd(), stat);
  }

  /** Whether it may be opened {@link #again}. */
  public boolean canBeFoundAgain() {
    return origin != null;
  }

  /**
   * The same file opened anew, the callee's to close, if the path that it was opened by leads to it
   * still and nothing of it has changed; null if not, or if only a disk could tell. Also once this
   * is closed. Event thread only.
   */
  public @Nullable OpenFile again() {
    Origin from = origin;
    return from == null ? null : from.again(stat);
  }

  int fd() {
    if (closed) {
      throw new IllegalStateException("the file is closed");
    }
    return fd;
  }

  /** The same open file under another descriptor, the callee's to close. */
  public OpenFile duplicate() throws ErrnoException {
    return new OpenFile(FileCalls.duplicate(fd()), stat, null);
  }

  /**
   * Reads with a call that waits for the disk: not on the event thread.
   *
   * @return bytes read, 0 at the end, or {@code -errno}
   */
  public long readNow(MemorySegment into, int length, long offset) {
    return FileCalls.pread(fd(), into, length, offset);
  }

  /**
   * Reads what is in memory, without waiting for the disk.
   *
   * @return as {@link PageCache#read}
   */
  public long readResident(MemorySegment into, int length, long offset) {
    return PageCache.read(fd(), into, length, offset);
  }

  /** Says what {@link #readNow} will be asked for soon. Not on the event thread. */
  public void willNeed(long offset, long length) {
    FileCalls.willNeed(fd(), offset, length);
  }

  /** What the file is now. Any thread. */
  public FileStat factsNow() throws ErrnoException {
    return FileCalls.stat(fd());
  }

  /** The absolute path that leads to it now, or null if there is none. Not on the event thread. */
  public byte @Nullable [] path() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocate(PATH_MAX + 1L);
      long length =
          FileCalls.readlink(
              arena.allocateFrom("/proc/self/fd/" + fd()), path.asSlice(0, PATH_MAX));
      if (length <= 0 || length == PATH_MAX || path.get(JAVA_BYTE, 0) != '/') {
        return null;
      }
      // A file that was removed has " (deleted)" behind its name: what is there is asked.
      FileStat there = FileCalls.statAt(FileCalls.CURRENT_DIRECTORY, path);
      return there.device() == stat.device() && there.inode() == stat.inode()
          ? path.asSlice(0, length).toArray(JAVA_BYTE)
          : null;
    } catch (ErrnoException gone) {
      return null;
    }
  }

  /**
   * The file as a channel of which the transport sees the descriptor, open as long as this is; what
   * it {@linkplain DescriptorChannel#share shares} is open until closed itself.
   */
  public DescriptorChannel channel() {
    OpenFile file = this;
    return new DescriptorChannel() {
      @Override
      public int descriptor() {
        return file.fd();
      }

      @Override
      public Residency residency() {
        return file.residency();
      }

      @Override
      public DescriptorChannel share() {
        return file.share().channel();
      }

      @Override
      protected void implCloseChannel() {
        file.close();
      }
    };
  }

  /** What was {@linkplain #note(Object) noted}, or null. Event thread only. */
  public @Nullable Object note() {
    return shared.note;
  }

  /** Keeps what follows from the file's facts for all who share it. Event thread only. */
  public void note(Object note) {
    shared.note = note;
  }

  private Residency residency() {
    Residency known = shared.residency;
    if (known == null) {
      known = new Residency(stat.sizeBytes());
      shared.residency = known;
    }
    return known;
  }

  /** Closes the descriptor; again has no effect. */
  public void close() {
    if (!closed) {
      closed = true;
      if (shared.sharers.decrementAndGet() == 0) {
        FileCalls.close(fd);
        if (shared.root != null) {
          shared.root.release();
        }
      }
    }
  }
}
