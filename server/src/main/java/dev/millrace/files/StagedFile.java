package dev.millrace.files;

import dev.millrace.file.ExtendedAttributes;
import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.file.FileWrites;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A new file that readers cannot see until it is whole. It has no name (O_TMPFILE), or where the
 * file system cannot do that, one in the {@link StagingArea}. {@link #close} removes it unless it
 * was published. All methods may wait for a disk. Worker threads, one at a time.
 */
public final class StagedFile implements UnpublishedFile, AutoCloseable {
  private final StagingArea area;
  private final int fd;
  private @Nullable WritableDirectory staging;
  private byte @Nullable [] stagedName;
  private boolean replacesTree;
  private boolean closed;

  private StagedFile(StagingArea area, int fd) {
    this.area = area;
    this.fd = fd;
  }

  /**
   * Creates an empty file.
   *
   * @param directory the directory that gets the file
   * @param mode permissions, whatever the process's umask
   */
  public static StagedFile create(WritableDirectory directory, StagingArea area, int mode)
      throws ErrnoException {
    StagedFile file;
    try {
      file = new StagedFile(area, FileWrites.createUnnamed(directory.fd(), mode));
    } catch (ErrnoException failed) {
      if (failed.errno() != Errno.EOPNOTSUPP && failed.errno() != Errno.EISDIR) {
        throw failed;
      }
      file = createNamed(area, mode);
    }
    try {
      FileWrites.mode(file.fd, mode);
      return file;
    } catch (ErrnoException failed) {
      file.close();
      throw failed;
    }
  }

  static StagedFile createNamed(StagingArea area, int mode) throws ErrnoException {
    WritableDirectory staging = area.open();
    byte[] name = StagingArea.newName();
    StagedFile file;
    try {
      file = new StagedFile(area, FileWrites.create(staging.fd(), name, mode));
    } catch (ErrnoException failed) {
      staging.close();
      throw failed;
    }
    file.staging = staging;
    file.stagedName = name;
    try {
      boolean _ = FileWrites.tryLock(file.fd);
      return file;
    } catch (ErrnoException failed) {
      file.close();
      throw failed;
    }
  }

  /** Writes at an offset. */
  public void write(MemorySegment from, long length, long offset) throws ErrnoException {
    FileWrites.write(fd, from, length, offset);
  }

  /** Copies the content of another file into this one, which is empty. */
  public void copy(OpenFile from) throws ErrnoException {
    long _ = FileWrites.copy(from.fd(), fd);
  }

  @Override
  public void copyAttribute(OpenFile from, String name) throws ErrnoException {
    byte[] value = from.attribute(name);
    if (value != null) {
      ExtendedAttributes.set(fd, name, value);
    }
  }

  @Override
  public void sync() throws ErrnoException {
    FileWrites.sync(fd);
  }

  @Override
  public FileStat stat() throws ErrnoException {
    return FileCalls.stat(fd);
  }

  @Override
  public void publish(WritableDirectory directory, byte[] name) throws ErrnoException {
    byte[] staged = stagedName;
    if (staged == null) {
      FileWrites.link(fd, directory.fd(), name);
    } else {
      FileWrites.renameNew(stagingDirectory().fd(), staged, directory.fd(), name);
      stagedName = null;
    }
  }

  @Override
  public void replace(WritableDirectory directory, byte[] name) throws ErrnoException {
    byte[] staged = stage();
    FileWrites.rename(stagingDirectory().fd(), staged, directory.fd(), name);
    stagedName = null;
  }

  /**
   * Gives the file its name, which a directory has. That gets a name in the staging area instead,
   * and {@link #close} removes it with all that is in it.
   */
  public void replaceTree(WritableDirectory directory, byte[] name) throws ErrnoException {
    byte[] staged = stage();
    stagingDirectory().exchange(staged, directory, name);
    replacesTree = true;
  }

  /** Gives the file a name in the staging area, if it has none. */
  private byte[] stage() throws ErrnoException {
    byte[] staged = stagedName;
    if (staged == null) {
      staged = StagingArea.newName();
      boolean _ = FileWrites.tryLock(fd); // before it has a name that a sweep could find
      FileWrites.link(fd, stagingDirectory().fd(), staged);
      stagedName = staged;
    }
    return staged;
  }

  private WritableDirectory stagingDirectory() throws ErrnoException {
    WritableDirectory open = staging;
    if (open == null) {
      open = area.open();
      staging = open;
    }
    return open;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    WritableDirectory open = staging;
    byte[] staged = stagedName;
    if (open != null) {
      if (staged != null) {
        try {
          if (replacesTree) {
            area.remove(staged);
          } else {
            open.remove(staged, false);
          }
        } catch (IOException left) {
          // The next sweep removes it.
        }
      }
      open.close();
    }
    FileWrites.unlock(fd);
    FileCalls.close(fd);
  }
}
