package dev.millrace.files;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.uring.ErrnoException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A directory beneath which paths are resolved: one generation of a mount's root. Its descriptor is
 * open until the last holder releases it. Holders are lookups in flight, directories being read,
 * and the mount while this is its current root. Any thread.
 */
public final class Root {
  private final int fd;
  private final FileStat stat;
  private final AtomicInteger holders = new AtomicInteger(1);

  private Root(int fd, FileStat stat) {
    this.fd = fd;
    this.stat = stat;
  }

  /**
   * Opens the directory that a path leads to now. May wait for a disk.
   *
   * @return held once; the caller must {@link #release} it
   */
  public static Root open(Path path) throws ErrnoException {
    int fd = FileCalls.openDirectory(path);
    try {
      return new Root(fd, FileCalls.stat(fd));
    } catch (ErrnoException failed) {
      FileCalls.close(fd);
      throw failed;
    }
  }

  /**
   * Whether both roots are the same directory and its file system responds. May wait for a disk.
   * Inode numbers are not reused while a descriptor is open.
   */
  public boolean matches(Root other) {
    try {
      FileStat now = FileCalls.stat(fd);
      return now.device() == other.stat.device() && now.inode() == other.stat.inode();
    } catch (ErrnoException gone) {
      return false;
    }
  }

  /** Adds a hold. The caller, or the thread that may release it, must already have one. */
  public Root hold() {
    if (holders.getAndIncrement() < 1) {
      throw new IllegalStateException("the root is closed");
    }
    return this;
  }

  public void release() {
    if (holders.decrementAndGet() == 0) {
      FileCalls.close(fd);
    }
  }

  int fd() {
    return fd;
  }
}
