package dev.millrace.files;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.file.FileWrites;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The directory {@value #NAME} in which a new file has a name before it replaces another one. It
 * lies in a directory to which requests write, so that both are on one file system, and is never
 * served. All methods may wait for a disk. Any thread.
 *
 * <p>The writer of a file holds its lock. A process that was killed leaves a file without a lock,
 * which the next {@link #sweep} removes, also one by another server on the same file system.
 */
public final class StagingArea {
  /** The directory's name. Requests cannot read or write paths that contain it. */
  public static final String NAME = ".millrace-uploads";

  private static final byte[] NAME_BYTES = NAME.getBytes(StandardCharsets.US_ASCII);
  private static final int MODE = 0700;

  private final Root root;
  private final byte[] parent;
  private final SymlinkPolicy symlinks;

  /**
   * @param root held by the caller
   * @param parent the directory's parent, relative to the root
   */
  public StagingArea(Root root, byte[] parent, SymlinkPolicy symlinks) {
    this.root = root;
    this.parent = parent.clone();
    this.symlinks = symlinks;
  }

  /** Whether a name is that of a staging area. */
  public static boolean isName(byte[] name) {
    return Arrays.equals(name, NAME_BYTES);
  }

  /** Opens the directory; creates it if it does not exist. */
  WritableDirectory open() throws ErrnoException {
    try {
      return WritableDirectory.open(root, path(), symlinks);
    } catch (ErrnoException failed) {
      if (failed.errno() != Errno.ENOENT) {
        throw failed;
      }
    }
    try (WritableDirectory above = WritableDirectory.open(root, parent, symlinks)) {
      boolean _ = above.make(NAME_BYTES, MODE);
    }
    return WritableDirectory.open(root, path(), symlinks);
  }

  private byte[] path() {
    return FileTree.join(parent, NAME_BYTES);
  }

  /** A name that no other file of the directory has. */
  static byte[] newName() {
    byte[] random = new byte[16];
    ThreadLocalRandom.current().nextBytes(random);
    return HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII);
  }

  /** The names of all entries; none if there is no such directory. */
  List<byte[]> names() throws ErrnoException {
    try (OpenFile readable = OpenFile.open(root, path(), symlinks)) {
      return DirectoryScan.names(readable);
    } catch (ErrnoException none) {
      if (none.errno() != Errno.ENOENT) {
        throw none;
      }
      return List.of();
    }
  }

  /**
   * Removes the files of writers that no longer run, and expired {@linkplain PartialFile partial
   * files}.
   *
   * @param maxAgeSeconds of a partial file after its last write
   * @return how many
   */
  public int sweep(long maxAgeSeconds) throws IOException {
    int removed = 0;
    try (WritableDirectory directory = WritableDirectory.open(root, path(), symlinks);
        OpenFile readable = OpenFile.open(root, path(), symlinks.how())) {
      DirectoryScan scan = new DirectoryScan(root.fd(), symlinks.how(), readable, path());
      for (DirectoryEntry entry : scan.entries(true)) {
        if (isOfPartialFile(entry.name())) {
          removed += removeExpired(directory, scan, entry, maxAgeSeconds) ? 1 : 0;
          continue;
        }
        boolean done =
            entry.isDirectory()
                ? removeUnlockedTree(directory, entry.name())
                : removeUnlocked(directory, entry.name());
        removed += done ? 1 : 0;
      }
    } catch (ErrnoException none) {
      if (none.errno() != Errno.ENOENT && none.errno() != Errno.ENOTDIR) {
        throw none;
      }
    }
    return removed;
  }

  private static boolean isOfPartialFile(byte[] name) {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    return text.endsWith(PartialFile.PART)
        || text.endsWith(PartialFile.INFO)
        || text.endsWith(PartialFile.DONE);
  }

  /** Removes a file that is older, or the information on a file that does not exist. */
  private static boolean removeExpired(
      WritableDirectory directory, DirectoryScan scan, DirectoryEntry entry, long maxAgeSeconds)
      throws ErrnoException {
    String name = new String(entry.name(), StandardCharsets.ISO_8859_1);
    scan.look(entry);
    FileStat stat = entry.stat();
    long now = System.currentTimeMillis() / 1000;
    if (stat == null || now - stat.modifiedSeconds() <= maxAgeSeconds) {
      return false;
    }
    if (name.endsWith(PartialFile.INFO)) {
      String token = name.substring(0, name.length() - PartialFile.INFO.length());
      byte[] part = (token + PartialFile.PART).getBytes(StandardCharsets.ISO_8859_1);
      if (directory.stat(part) != null) {
        return false; // it is as old as the first request, the file as the last one
      }
    }
    return removeUnlocked(directory, entry.name());
  }

  /** Opens a directory in this one. */
  WritableDirectory openTree(byte[] name) throws ErrnoException {
    return WritableDirectory.open(root, FileTree.join(path(), name), SymlinkPolicy.NONE);
  }

  /** Opens a file or directory in this one for reading. */
  OpenFile openFile(byte[] name) throws ErrnoException {
    return OpenFile.open(root, FileTree.join(path(), name), SymlinkPolicy.NONE);
  }

  private boolean removeUnlockedTree(WritableDirectory area, byte[] name) throws IOException {
    try (WritableDirectory tree = openTree(name)) {
      if (!FileWrites.tryLock(tree.fd())) {
        return false;
      }
      FileWrites.unlock(tree.fd());
    } catch (ErrnoException gone) {
      return false; // another server has removed or renamed it
    }
    removeStaged(area, name);
    return true;
  }

  /**
   * Removes a directory with all that is in it. Directories in it are first moved into the area, so
   * a tree of any depth takes two descriptors, and what a killed process leaves is swept.
   */
  void removeStaged(WritableDirectory area, byte[] name) throws IOException {
    Deque<byte[]> trees = new ArrayDeque<>(List.of(name));
    while (!trees.isEmpty()) {
      byte[] tree = trees.removeLast();
      try (OpenFile readable = openFile(tree);
          WritableDirectory directory = openTree(tree)) {
        for (byte[] entry : DirectoryScan.names(readable)) {
          try {
            directory.remove(entry, false);
          } catch (ErrnoException failed) {
            if (failed.errno() == Errno.EISDIR || failed.errno() == Errno.EPERM) {
              byte[] moved = newName();
              directory.move(entry, area, moved, false);
              trees.addLast(moved);
            } else if (failed.errno() != Errno.ENOENT) {
              throw failed;
            }
          }
        }
        area.remove(tree, true);
      } catch (ErrnoException failed) {
        if (failed.errno() != Errno.ENOENT) { // else another server has removed it
          throw failed;
        }
      }
    }
  }

  /**
   * Moves a file or a directory into this area, to be removed.
   *
   * @param directory that has the entry, on the file system of this area
   * @return its name in this area
   */
  public byte[] take(WritableDirectory directory, byte[] name) throws ErrnoException {
    try (WritableDirectory area = open()) {
      byte[] taken = newName();
      directory.move(name, area, taken, false);
      return taken;
    }
  }

  /** Removes what was {@linkplain #take taken}, a directory with all that is in it. */
  public void remove(byte[] taken) throws IOException {
    try (WritableDirectory area = open()) {
      FileStat stat = area.stat(taken);
      if (stat != null && stat.isDirectory()) {
        removeStaged(area, taken);
      } else if (stat != null) {
        area.remove(taken, false);
      }
    }
  }

  private static boolean removeUnlocked(WritableDirectory directory, byte[] name)
      throws ErrnoException {
    int fd;
    try {
      fd = FileWrites.open(directory.fd(), name);
    } catch (ErrnoException gone) {
      return false; // another server has removed it, or its writer has renamed it
    }
    try {
      if (!FileWrites.tryLock(fd)) {
        return false;
      }
      directory.remove(name, false);
      return true;
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.ENOENT) {
        return false;
      }
      throw failed;
    } finally {
      FileWrites.unlock(fd);
      FileCalls.close(fd);
    }
  }
}
