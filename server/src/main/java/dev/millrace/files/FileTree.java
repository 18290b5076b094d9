package dev.millrace.files;

import dev.millrace.uring.ErrnoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files beneath a directory, read with blocking calls, for commands and dedicated threads. Any
 * thread may open files; one thread walks.
 *
 * <p>The walk omits unfinished uploads, and follows no symbolic links. A link's target beneath the
 * directory is visited at its own path.
 */
public final class FileTree implements AutoCloseable {
  /** Receives the files that {@link #walk} visits. */
  public interface Visitor {
    /** A regular file, with its path relative to the directory. */
    void file(byte[] path);

    /** A directory that cannot be read. */
    void unreadable(byte[] path);
  }

  private static final byte[] HERE = {'.'};

  private final OpenFile root;

  private FileTree(OpenFile root) {
    this.root = root;
  }

  /**
   * @param root owned, and closed, by the tree from now on
   */
  public static FileTree of(OpenFile root) {
    return new FileTree(root);
  }

  /** The directory's absolute path, or null if it has none. */
  public byte @Nullable [] path() {
    return root.path();
  }

  /** Opens a path relative to the directory. Symbolic links must resolve beneath it. */
  public OpenFile open(byte[] path) throws ErrnoException {
    return OpenFile.open(root.fd(), path, SymlinkPolicy.BENEATH.how());
  }

  /** Visits all files, in byte order of their names. */
  public void walk(Visitor visitor) {
    walk(HERE, true, visitor);
  }

  private void walk(byte[] path, boolean here, Visitor visitor) {
    List<DirectoryEntry> entries;
    try {
      OpenFile directory = open(path);
      try {
        entries =
            new DirectoryScan(root.fd(), SymlinkPolicy.NONE.how(), directory, path).entries(true);
      } finally {
        directory.close();
      }
    } catch (IOException unreadable) {
      visitor.unreadable(path);
      return;
    }
    entries.sort(DirectoryEntry::compareNames);
    for (DirectoryEntry entry : entries) {
      byte[] child = here ? entry.name() : join(path, entry.name());
      if (entry.isDirectory()) {
        walk(child, false, visitor);
      } else {
        visitor.file(child);
      }
    }
  }

  /** Joins a directory's path and a path relative to it. */
  public static byte[] join(byte[] directory, byte[] below) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream(directory.length + below.length + 1);
    joined.writeBytes(directory);
    if (directory.length > 0 && directory[directory.length - 1] != '/') {
      joined.write('/');
    }
    joined.writeBytes(below);
    return joined.toByteArray();
  }

  @Override
  public void close() {
    root.close();
  }
}
