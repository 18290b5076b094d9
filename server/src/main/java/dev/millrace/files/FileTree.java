package dev.millrace.files;

import dev.millrace.uring.ErrnoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files beneath a directory, by calls that wait: for commands and threads of their own. Any
 * thread opens; one walks.
 *
 * <p>The walk follows no symbolic links: what they lead to beneath the directory is met where it
 * is.
 */
public final class FileTree implements AutoCloseable {
  /** Is told of what {@link #walk} meets. */
  public interface Visitor {
    /** A regular file, by its path from the directory. */
    void file(byte[] path);

    /** A directory whose names cannot be read. */
    void unreadable(byte[] path);
  }

  private static final byte[] HERE = {'.'};

  private final OpenFile root;

  private FileTree(OpenFile root) {
    this.root = root;
  }

  /**
   * The tree beneath a directory.
   *
   * @param root becomes this object's to close
   */
  public static FileTree of(OpenFile root) {
    return new FileTree(root);
  }

  /** The directory's absolute path, or null if none leads to it. */
  public byte @Nullable [] path() {
    return root.path();
  }

  /** Opens what lies beneath, by its path from the directory; links that stay beneath are fine. */
  public OpenFile open(byte[] path) throws ErrnoException {
    return OpenFile.open(root.fd(), path, SymlinkPolicy.BENEATH.how());
  }

  /** Visits all files, in the order of the bytes of their names. */
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

  /** A directory's path and the way from there. */
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
