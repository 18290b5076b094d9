package dev.millrace.content.archive;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.FileVersion;
import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.FileTree;
import dev.millrace.files.OpenFile;
import dev.millrace.files.Root;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  private final MessageDigest identity = Algorithm.SHA_256.start();
  private final ByteBuffer numbers = ByteBuffer.allocate(6 * Long.BYTES);
  private long newestMillis;

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
      Item item = new Item(path, stat.isDirectory(), stat);
      identify(item);
      return item;
    }
    return null;
  }

  private void identify(Item item) {
    FileStat stat = item.stat;
    long changed = stat.changedSeconds();
    identity.update(item.path);
    numbers
        .clear()
        .putLong(item.directory ? -1 : stat.sizeBytes())
        .putLong(stat.modifiedSeconds())
        .putLong(item.directory ? 0 : stat.inode())
        .putLong(item.directory ? 0 : changed)
        .putInt(item.directory ? 0 : stat.changedNanos())
        .putLong(item.path.length)
        .flip();
    identity.update(numbers);
    newestMillis = Math.max(newestMillis, TimeUnit.SECONDS.toMillis(changed + 1));
  }

  /** A digest of the names and versions of all items. Call once, after the last item. */
  byte[] identity() {
    return identity.digest();
  }

  /** A time after the last change of an item, in milliseconds since the epoch. */
  long newestMillis() {
    return newestMillis;
  }

  /**
   * Opens the content of a file.
   *
   * @throws IOException if it is another version than the item's
   */
  OpenFile open(Item item) throws IOException {
    OpenFile file = OpenFile.open(root, fromRoot(item.path), symlinks);
    if (!FileVersion.of(file.stat()).equals(FileVersion.of(item.stat))) {
      file.close();
      throw new IOException("a file changed while its directory was archived");
    }
    return file;
  }

  @Override
  public void close() {
    levels.forEach(level -> level.directory.close());
    levels.clear();
  }
}
