package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.file.ExtendedAttributes;
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
 * An open descriptor and the file's status at opening. The holder closes it exactly once, after all
 * reads have completed. Several holders may {@linkplain #share share} a descriptor; the last close
 * closes it.
 */
public final class OpenFile implements AutoCloseable {
  private static final int PATH_MAX = 4096; // includes the NUL

  private final int fd;
  private final FileStat stat;
  private final long openedNanos;
  private final Shared shared;
  private final @Nullable Origin origin;
  private final @Nullable OpenFile source;
  private boolean closed;

  /** Finds a file again by its path. Loop thread only. */
  @FunctionalInterface
  interface Origin {
    /** As {@link OpenFile#again}. */
    @Nullable OpenFile again(FileStat stat);
  }

  /** State that all holders of a descriptor share. */
  private static final class Shared {
    final AtomicInteger sharers = new AtomicInteger(1);
    final @Nullable Root root;
    @Nullable Residency residency; // loop thread only
    @Nullable Object note; // loop thread only

    Shared(@Nullable Root root) {
      this.root = root;
    }
  }

  OpenFile(int fd, FileStat stat, @Nullable Origin origin) {
    this(fd, stat, origin, System.nanoTime());
  }

  OpenFile(int fd, FileStat stat, @Nullable Origin origin, long openedNanos) {
    this(fd, stat, origin, openedNanos, new Shared(null), null);
  }

  /** A file found beneath a root. A directory holds the root until closed. */
  static OpenFile beneath(
      Root root, int fd, FileStat stat, @Nullable Origin origin, long openedNanos) {
    Root held = stat.isDirectory() ? root.hold() : null;
    return new OpenFile(fd, stat, origin, openedNanos, new Shared(held), null);
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
      int fd,
      FileStat stat,
      @Nullable Origin origin,
      long openedNanos,
      Shared shared,
      @Nullable OpenFile source) {
    this.fd = fd;
    this.stat = stat;
    this.origin = origin;
    this.openedNanos = openedNanos;
    this.shared = shared;
    this.source = source;
  }

  /**
   * This file as one that was made from another, for example by compression: it is unchanged as
   * long as its source is, and was modified when its source was. Both objects belong to the result,
   * which closes them.
   */
  public OpenFile derivedFrom(OpenFile from) {
    if (closed || source != null) {
      throw new IllegalStateException("the file is closed, or has a source");
    }
    closed = true; // the result holds this object's share
    return new OpenFile(fd, stat, null, from.openedNanos, shared, from);
  }

  /** When the content was modified, in seconds of the epoch; that of the source if it has one. */
  public long modifiedSeconds() {
    return source == null ? stat.modifiedSeconds() : source.modifiedSeconds();
  }

  /**
   * Opens a path without a root; may wait for a disk. The kernel's longest path is 4095 bytes.
   *
   * @param path without NUL
   */
  public static OpenFile open(byte[] path) throws ErrnoException {
    return open(FileCalls.CURRENT_DIRECTORY, path, OpenHow.READ_ANYWHERE);
  }

  /** Opens a path beneath a directory. */
  static OpenFile open(int directoryFd, byte[] path, MemorySegment how) throws ErrnoException {
    int fd = openDescriptor(directoryFd, path, how);
    try {
      return new OpenFile(fd, FileCalls.stat(fd), null);
    } catch (ErrnoException failed) {
      FileCalls.close(fd);
      throw failed;
    }
  }

  /** Opens a path beneath a root that the caller holds. */
  static OpenFile open(Root root, byte[] path, MemorySegment how) throws ErrnoException {
    for (int tries = 1; ; tries++) {
      int fd = openDescriptor(root.fd(), path, how);
      try {
        FileStat stat = FileCalls.stat(fd);
        if (!stat.isRemoved() || tries == FileCalls.REPLACED_TRIES) {
          return beneath(root, fd, stat, null, System.nanoTime());
        }
      } catch (ErrnoException failed) {
        FileCalls.close(fd);
        throw failed;
      }
      FileCalls.close(fd);
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

  /** The status at opening. */
  public FileStat stat() {
    return stat;
  }

  /** The value of an extended attribute, or null if there is none. May wait for a disk. */
  public byte @Nullable [] attribute(String name) throws ErrnoException {
    return ExtendedAttributes.get(fd, name);
  }

  /** Sets an extended attribute, or removes it if the value is null. May wait for a disk. */
  public void attribute(String name, byte @Nullable [] value) throws ErrnoException {
    if (value == null) {
      ExtendedAttributes.remove(fd, name);
    } else {
      ExtendedAttributes.set(fd, name, value);
    }
  }

  /** Opens a path beneath a root that the caller holds. May wait for a disk. */
  public static OpenFile open(Root root, byte[] path, SymlinkPolicy symlinks)
      throws ErrnoException {
    return open(root, path, symlinks.how());
  }

  /**
   * Prepares a scan of this directory, which was opened at this path.
   *
   * @param symlinks which links count as the files that they lead to; others are omitted
   */
  public DirectoryScan scan(byte[] path, SymlinkPolicy symlinks) {
    return new DirectoryScan(root().fd(), symlinks.how(), this, path);
  }

  /** When the path was last resolved to this file, as {@link System#nanoTime}. */
  public long openedNanos() {
    return openedNanos;
  }

  /** Shares the descriptor. The callee owns and closes the returned object. */
  public OpenFile share() {
    int before = shared.sharers.getAndIncrement();
    if (closed || before < 1) {
      throw new IllegalStateException("the file is closed");
    }
    return new OpenFile(
        fd, stat, origin, openedNanos, shared, source == null ? null : source.share());
  }

  /**
   * Whether the status is the same as at opening. Changes of content and attributes change it, and
   * so do renaming and removal, which set the change time. Changes of parent directories do not.
   */
  public boolean isUnchanged() {
    return source == null ? FileCalls.matches(fd(), stat) : source.isUnchanged();
  }

  /** Whether {@link #again} may return a file. */
  public boolean canBeFoundAgain() {
    return origin != null;
  }

  /**
   * Opens the file anew by the path that it was opened by. Returns null if the path no longer leads
   * to the unchanged file, or if finding out would need disk access. The caller owns and closes the
   * result. May be called after this object is closed. Loop thread only.
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

  /** Duplicates the descriptor. The caller owns and closes the result. */
  public OpenFile duplicate() throws ErrnoException {
    return new OpenFile(FileCalls.duplicate(fd()), stat, null);
  }

  /**
   * Reads with a call that may wait for the disk. Not on the loop thread.
   *
   * @return bytes read, 0 at the end, or {@code -errno}
   */
  public long readNow(MemorySegment into, int length, long offset) {
    return FileCalls.pread(fd(), into, length, offset);
  }

  /**
   * Reads resident pages only, without waiting for the disk.
   *
   * @return as {@link PageCache#read}
   */
  public long readResident(MemorySegment into, int length, long offset) {
    return PageCache.read(fd(), into, length, offset);
  }

  /** Announces a range for {@link #readNow} (readahead). Not on the loop thread. */
  public void willNeed(long offset, long length) {
    FileCalls.willNeed(fd(), offset, length);
  }

  /** The current status. Any thread. */
  public FileStat factsNow() throws ErrnoException {
    return FileCalls.stat(fd());
  }

  /** The file's current absolute path, or null if it has none. Not on the loop thread. */
  public byte @Nullable [] path() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocate(PATH_MAX + 1L);
      long length =
          FileCalls.readlink(
              arena.allocateFrom("/proc/self/fd/" + fd()), path.asSlice(0, PATH_MAX));
      if (length <= 0 || length == PATH_MAX || path.get(JAVA_BYTE, 0) != '/') {
        return null;
      }
      // The link of a removed file ends in " (deleted)", so the path is checked with a stat.
      FileStat there = FileCalls.statAt(FileCalls.CURRENT_DIRECTORY, path);
      return there.device() == stat.device() && there.inode() == stat.inode()
          ? path.asSlice(0, length).toArray(JAVA_BYTE)
          : null;
    } catch (ErrnoException gone) {
      return null;
    }
  }

  /**
   * The file as a channel that exposes the descriptor to the transport. It is open as long as this
   * object; a {@linkplain DescriptorChannel#share share} of it is open until closed itself.
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

  /** The object cached by {@link #note(Object)}, or null. Loop thread only. */
  public @Nullable Object note() {
    return shared.note;
  }

  /** Caches an object derived from the status, for all holders. Loop thread only. */
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

  /** Closes this holder's share; further calls have no effect. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (source != null) {
        source.close();
      }
      if (shared.sharers.decrementAndGet() == 0) {
        FileCalls.close(fd);
        if (shared.root != null) {
          shared.root.release();
        }
      }
    }
  }
}
