package dev.millrace.content.archive;

import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.FileTree;
import dev.millrace.files.OpenFile;
import dev.millrace.files.Root;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Visits the files and directories beneath a directory, in byte order of their names, each
 * directory before what is in it. Symbolic links and special files are omitted. Worker threads, one
 * at a time.
 */
final class ArchiveWalk implements AutoCloseable {
  private static final int MAX_DEPTH = 128; // each level has an open descriptor

  /**
   * A file or a directory.
   *
   * @param path from the directory that is visited
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  record Item(byte[] path, boolean directory, FileStat stat) {
    /** The bytes of the file; 0 for a directory. */
    long sizeBytes() {
      return directory ? 0 : stat.sizeBytes();
    }
  }

  /** A directory that is being visited. */
  private static final class Level {
    final byte[] path;
    final OpenFile directory;
    final DirectoryScan scan;
    final Iterator<DirectoryEntry> entries;

    Level(byte[] path, OpenFile directory, DirectoryScan scan, List<DirectoryEntry> entries) {
      this.path = path;
      this.directory = directory;
      this.scan = scan;
      this.entries = entries.iterator();
    }
  }

  private final Root root;
  private final byte[] top;
  private final SymlinkPolicy symlinks;
  private final boolean hidden;
  private final Deque<Level> levels = new ArrayDeque<>();

  /**
   * @param root held by the caller until this is closed
   * @param top the directory, relative to the root
   * @param symlinks which links its path may have
   * @param hidden whether names that begin with a dot are visited
   */
  ArchiveWalk(Root root, byte[] top, SymlinkPolicy symlinks, boolean hidden) throws IOException {
    this.root = root;
    this.top = top.clone();
    this.symlinks = symlinks;
    this.hidden = hidden;
    enter(new byte[0]);
  }

  private byte[] fromRoot(byte[] path) {
    boolean whole = top.length == 1 && top[0] == '.';
    return path.length == 0 ? top : whole ? path : FileTree.join(top, path);
  }

  private void enter(byte[] path) throws IOException {
    if (levels.size() == MAX_DEPTH) {
      throw new IOException("the directory is deeper than " + MAX_DEPTH + " levels");
    }
    byte[] from = fromRoot(path);
    OpenFile directory = OpenFile.open(root, from, symlinks);
    try {
      DirectoryScan scan = directory.scan(from, SymlinkPolicy.NONE);
      List<DirectoryEntry> entries = scan.entries(hidden);
      entries.sort(DirectoryEntry::compareNames);
      levels.addLast(new Level(path, directory, scan, entries));
    } catch (IOException | RuntimeException | Error failed) {
      directory.close();
      throw failed;
    }
  }

  /** The next item, or null at the end. */
  @Nullable Item next() throws IOException {
    while (!levels.isEmpty()) {
      Level level = levels.getLast();
      if (!level.entries.hasNext()) {
        levels.removeLast().directory.close();
        continue;
      }
      DirectoryEntry entry = level.entries.next();
      level.scan.look(entry);
      FileStat stat = entry.stat();
      if (stat == null || (!stat.isDirectory() && !stat.isRegularFile())) {
        continue; // removed or replaced since its name was read
      }
      byte[] name = entry.name();
      byte[] path = level.path.length == 0 ? name : FileTree.join(level.path, name);
      if (stat.isDirectory()) {
        try {
          enter(path);
        } catch (ErrnoException unreadable) {
          continue;
        }
      }
      return new Item(path, stat.isDirectory(), stat);
    }
    return null;
  }

  /** Opens the content of a file; it may be another version than the item's. */
  OpenFile open(Item item) throws ErrnoException {
    return OpenFile.open(root, fromRoot(item.path), symlinks);
  }

  @Override
  public void close() {
    levels.forEach(level -> level.directory.close());
    levels.clear();
  }
}
