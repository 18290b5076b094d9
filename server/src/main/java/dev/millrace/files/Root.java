package dev.millrace.files;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.uring.ErrnoException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A directory to resolve paths beneath, one generation of what a mount's path leads to. Its
 * descriptor is open until the last holder has released it: a look-up under way, a directory that
 * is read, and the mount while this is its present root. Any thread.
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
   * @return held once, for the caller to {@link #release}
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
   * Whether this is the directory that another is, and its file system answers. May wait for a
   * disk. Inode numbers are not used again as long as a descriptor is open.
   */
  public boolean matches(Root other) {
    try {
      FileStat now = FileCalls.stat(fd);
      return now.device() == other.stat.device() && now.inode() == other.stat.inode();
    } catch (ErrnoException gone) {
      return false;
    }
  }

  /** Holds it once more; the caller holds it already, or the thread that may release it does. */
  public Root hold() {
    if (holders.getAndIncrement() < 1) {
      throw new IllegalStateException("the root is closed");
    }
    return this;
  }

  /** Ends one hold. */
  public void release() {
    if (holders.decrementAndGet() == 0) {
      FileCalls.close(fd);
    }
  }

  int fd() {
    return fd;
  }
}
