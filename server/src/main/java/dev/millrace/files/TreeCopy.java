package dev.millrace.files;

import dev.millrace.file.FileStat;
import dev.millrace.file.FileWrites;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a directory, made in the {@link StagingArea}: readers see all of it or nothing. Regular
 * files and directories are copied; symbolic links and special files are omitted. {@link #close}
 * removes what has no name. All methods may wait for a disk. Worker threads, one at a time.
 */
public final class TreeCopy implements AutoCloseable {
  private static final int DIRECTORY_MODE = 0755;

  /**
   * How a tree is copied.
   *
   * @param symlinks which links the path of the directory may have
   * @param hidden whether names that begin with a dot are copied
   * @param mode permissions of the files
   * @param syncs whether all is on the disk before it has its name
   * @param attribute the extended attribute that is copied
   * @param maxEntries of a tree; a larger one is not copied
   */
  public record Options(
      SymlinkPolicy symlinks,
      boolean hidden,
      int mode,
      boolean syncs,
      String attribute,
      int maxEntries) {}

  /** Receives each file with its copy. */
  public interface Copied {
    void file(OpenFile from, FileStat to);
  }

  /** The tree has too many entries. */
  public static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    TooLargeException(int max) {
      super("the directory has more than " + max + " entries");
    }
  }

  /** One directory of the tree: its path from the root, and that of its copy. */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  private record Pair(byte[] from, byte[] to) {}

  private final Root root;
  private final StagingArea area;
  private final WritableDirectory staging;
  private final byte[] name = StagingArea.newName();
  private final Options options;
  private final Copied copied;
  private @Nullable WritableDirectory top;
  private boolean staged;
  private int entries;

  private TreeCopy(Root root, StagingArea area, Options options, Copied copied)
      throws ErrnoException {
    this.root = root;
    this.area = area;
    this.options = options;
    this.copied = copied;
    this.staging = area.open();
  }

  /**
   * Copies a directory.
   *
   * @param root of the directory, held by the caller
   * @param path of the directory, relative to the root
   * @param area of the copy
   * @param depth whether the directory's entries are copied
   */
  public static TreeCopy of(
      Root root, byte[] path, StagingArea area, boolean depth, Options options, Copied copied)
      throws IOException {
    TreeCopy copy = new TreeCopy(root, area, options, copied);
    try {
      copy.run(path, depth);
      return copy;
    } catch (IOException | RuntimeException | Error failed) {
      copy.close();
      throw failed;
    }
  }

  private void run(byte[] path, boolean depth) throws IOException {
    boolean _ = staging.make(name, DIRECTORY_MODE);
    staged = true;
    WritableDirectory made = area.openTree(name);
    top = made;
    boolean _ = FileWrites.tryLock(made.fd());
    Deque<Pair> pairs = new ArrayDeque<>();
    pairs.add(new Pair(path, name));
    while (!pairs.isEmpty()) {
      Pair pair = pairs.removeFirst();
      try (OpenFile from = OpenFile.open(root, pair.from, options.symlinks);
          WritableDirectory to = area.openTree(pair.to)) {
        copyAttribute(from, pair.to);
        if (depth) {
          for (DirectoryEntry entry :
              from.scan(pair.from, SymlinkPolicy.NONE).entries(options.hidden)) {
            copy(entry, pair, to, pairs);
          }
        }
        if (options.syncs) {
          to.sync();
        }
      }
    }
  }

  private void copyAttribute(OpenFile from, byte[] to) throws ErrnoException {
    byte[] value = from.attribute(options.attribute);
    if (value != null) {
      try (OpenFile made = area.openFile(to)) {
        made.attribute(options.attribute, value);
      }
    }
  }

  private void copy(DirectoryEntry entry, Pair pair, WritableDirectory to, Deque<Pair> pairs)
      throws IOException {
    if (++entries > options.maxEntries) {
      throw new TooLargeException(options.maxEntries);
    }
    byte[] from = FileTree.join(pair.from, entry.name());
    if (entry.isDirectory()) {
      boolean _ = to.make(entry.name(), DIRECTORY_MODE);
      pairs.addLast(new Pair(from, FileTree.join(pair.to, entry.name())));
      return;
    }
    try (OpenFile file = OpenFile.open(root, from, options.symlinks);
        StagedFile copy = StagedFile.create(to, area, options.mode)) {
      copy.copy(file);
      copy.copyAttribute(file, options.attribute);
      if (options.syncs) {
        copy.sync();
      }
      copy.publish(to, entry.name());
      copied.file(file, copy.stat());
    }
  }

  /**
   * Gives the copy its name.
   *
   * @throws ErrnoException EEXIST if the name exists
   */
  public void publish(WritableDirectory directory, byte[] as) throws ErrnoException {
    staging.move(name, directory, as, false);
    staged = false;
  }

  /** Gives the copy its name, which another file or directory has; {@link #close} removes that. */
  public void replace(WritableDirectory directory, byte[] as) throws ErrnoException {
    staging.exchange(name, directory, as);
  }

  @Override
  public void close() throws IOException {
    try (WritableDirectory _ = staging) {
      WritableDirectory made = top;
      if (made != null) {
        FileWrites.unlock(made.fd());
        made.close();
      }
      if (!staged) {
        return;
      }
      area.remove(name);
    }
  }
}
