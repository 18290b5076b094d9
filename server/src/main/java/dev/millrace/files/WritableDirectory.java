package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.file.FileWrites;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An open directory beneath a root, whose entries a request changes. All methods may wait for a
 * disk. Worker threads, one at a time.
 */
public final class WritableDirectory implements AutoCloseable {
  private final int fd;

  private WritableDirectory(int fd) {
    this.fd = fd;
  }

  /**
   * Opens a directory; the kernel resolves the path beneath the root.
   *
   * @param root held by the caller
   * @param path relative to the root, without NUL; {@code .} for the root itself
   * @throws ErrnoException ENOENT or ENOTDIR if it does not exist
   */
  public static WritableDirectory open(Root root, byte[] path, SymlinkPolicy symlinks)
      throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      int fd = FileCalls.openat2Again(root.fd(), terminated(arena, path), symlinks.howDirectory());
      if (fd < 0) {
        throw new ErrnoException("openat2", -fd);
      }
      return new WritableDirectory(fd);
    }
  }

  private static MemorySegment terminated(Arena arena, byte[] text) {
    MemorySegment copy = arena.allocate(text.length + 1L);
    MemorySegment.copy(text, 0, copy, JAVA_BYTE, 0, text.length);
    return copy;
  }

  int fd() {
    return fd;
  }

  /** The status of an entry, of a symbolic link itself; null if there is none. */
  public @Nullable FileStat stat(byte[] name) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      return FileCalls.statAt(fd, terminated(arena, name));
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.ENOENT) {
        return null;
      }
      throw failed;
    }
  }

  /** The directory's absolute path, or null if it is unknown. */
  public byte @Nullable [] path() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocate(4096);
      long length = FileCalls.readlink(arena.allocateFrom("/proc/self/fd/" + fd), path);
      return length > 0 && length < path.byteSize() && path.get(JAVA_BYTE, 0) == '/'
          ? path.asSlice(0, length).toArray(JAVA_BYTE)
          : null;
    }
  }

  /** Free bytes of the file system. */
  public long freeBytes() throws ErrnoException {
    return FileWrites.freeBytes(fd);
  }

  /** Removes an entry: an empty directory, or anything else. */
  public void remove(byte[] name, boolean directory) throws ErrnoException {
    if (directory) {
      FileWrites.removeDirectory(fd, name);
    } else {
      FileWrites.remove(fd, name);
    }
  }

  /** Creates a directory with an entry; false if the entry exists. */
  public boolean make(byte[] name, int mode) throws ErrnoException {
    try {
      FileWrites.makeDirectory(fd, name, mode);
      return true;
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.EEXIST) {
        return false;
      }
      throw failed;
    }
  }

  /**
   * Moves an entry to another directory of the file system.
   *
   * @param replaces whether it atomically takes the name of an existing file; else EEXIST
   */
  public void move(byte[] name, WritableDirectory to, byte[] newName, boolean replaces)
      throws ErrnoException {
    if (replaces) {
      FileWrites.rename(fd, name, to.fd, newName);
    } else {
      FileWrites.renameNew(fd, name, to.fd, newName);
    }
  }

  /** Exchanges two existing entries atomically. */
  public void exchange(byte[] name, WritableDirectory other, byte[] otherName)
      throws ErrnoException {
    FileWrites.exchange(fd, name, other.fd, otherName);
  }

  /** Waits until the entries are on the disk. */
  public void sync() throws ErrnoException {
    FileWrites.sync(fd);
  }

  @Override
  public void close() {
    FileCalls.close(fd);
  }
}
