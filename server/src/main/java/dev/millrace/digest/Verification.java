package dev.millrace.digest;

import dev.millrace.files.FileTree;
import dev.millrace.files.OpenFile;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rereads the files of a directory and compares them with an index or a checksum file. Blocking;
 * one thread calls. Changes nothing, except that an index can delete missing files.
 */
public final class Verification implements AutoCloseable {
  /** The result for a file. */
  public enum Status {
    OK,
    /**
     * The content differs, and so do size or time; or a checksum file, which has neither,
     * disagrees.
     */
    CHANGED,
    /** Known, but the file does not exist. */
    MISSING,
    /** Missing, and deleted from the index. */
    FORGOTTEN,
    /** The content differs although size and modification time are the same. */
    CORRUPT,
    /** The file cannot be read. */
    UNREADABLE,
    /** Not known before. */
    ADDED;

    /** Whether the status is no problem. */
    public boolean isWell() {
      return this == OK || this == ADDED || this == FORGOTTEN;
    }
  }

  /**
   * @param name the file's path relative to the directory
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  public record Finding(Status status, byte[] name) {}

  private static final int PAGE_ROWS = 1024;

  private final FileTree tree;
  private final Consumer<Finding> sink;
  private final OrderedExecutor<Finding> work;
  private final AtomicLong doneBytes = new AtomicLong();

  private record FileId(long device, long inode) {}

  /** Known files found under a path other than the known one. */
  private final Set<FileId> moved = ConcurrentHashMap.newKeySet();

  /**
   * @param root a directory; owned, and closed, by this object from now on
   * @param sink receives the findings in order
   */
  public Verification(OpenFile root, Consumer<Finding> sink) {
    this.tree = FileTree.of(root);
    this.sink = sink;
    this.work = new OrderedExecutor<>("millrace-verify", sink);
  }

  /** Total size of the directory's files. */
  public long sizeBytes() {
    return FileDigests.sizeBytes(tree);
  }

  /** Bytes read so far. Any thread. */
  public long doneBytes() {
    return doneBytes.get();
  }

  /** Compares one open file. */
  private interface Check {
    Status of(OpenFile file) throws IOException;
  }

  private Finding check(byte[] name, Check check) {
    try {
      OpenFile file = tree.open(name);
      try {
        return new Finding(file.stat().isRegularFile() ? check.of(file) : Status.CHANGED, name);
      } finally {
        file.close();
      }
    } catch (ErrnoException failed) {
      boolean gone = FileDigests.Trouble.of(failed) == FileDigests.Trouble.MISSING;
      return new Finding(gone ? Status.MISSING : Status.UNREADABLE, name);
    } catch (IOException noIndex) {
      throw new UncheckedIOException(noIndex);
    }
  }

  private Status compare(OpenFile file, Algorithm algorithm, byte[] expected, Status different) {
    long size = file.stat().sizeBytes();
    HashTask task = new HashTask(file, Set.of(algorithm), 0, size, doneBytes);
    return switch (task.runWhole()) {
      case DONE -> Arrays.equals(expected, task.result().get(algorithm)) ? Status.OK : different;
      case MORE, CHANGED -> Status.CHANGED;
      case UNREADABLE -> Status.UNREADABLE;
    };
  }

  private FileTree.Visitor visitor(Consumer<byte[]> files) {
    return new FileTree.Visitor() {
      @Override
      public void file(byte[] path) {
        files.accept(path);
      }

      @Override
      public void unreadable(byte[] path) {
        work.add(() -> new Finding(Status.UNREADABLE, path));
      }
    };
  }

  // ---- against an index ------------------------------------------------------------------------

  /**
   * Compares with an index.
   *
   * @param forgetMissing whether to delete missing files from the index, so that later runs do not
   *     report them
   * @throws IOException if the index cannot be read or, to delete files, written
   */
  public void compareWith(SqliteDigestStore index, boolean forgetMissing) throws IOException {
    byte[] root = tree.path();
    if (root == null) {
      throw new IOException("the directory was moved or removed");
    }
    try {
      tree.walk(
          visitor(path ->
              work.add(() -> check(path, file -> status(index, FileTree.join(root, path), file)))));
      work.finish();
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
    missing(index, root, forgetMissing);
  }

  private Status status(SqliteDigestStore index, byte[] path, OpenFile file) throws IOException {
    FileVersion now = FileVersion.of(file.stat());
    IndexedFile known = index.file(now.device(), now.inode());
    boolean sameContent = known != null && known.version().hasContentOf(now);
    boolean samePath = known != null && (known.path() == null || Arrays.equals(known.path(), path));
    if (known == null || (!sameContent && !samePath)) {
      // The inode is unknown or belonged to another file. If this path is known, the file was
      // replaced.
      return index.at(path).isEmpty() ? Status.ADDED : Status.CHANGED;
    }
    if (!samePath) {
      moved.add(new FileId(now.device(), now.inode()));
    }
    if (!sameContent) {
      return Status.CHANGED;
    }
    Algorithm algorithm = known.digests().strongest();
    byte[] expected = algorithm == null ? null : known.digests().get(algorithm);
    return algorithm == null || expected == null
        ? Status.ADDED
        : compare(file, algorithm, expected, Status.CORRUPT);
  }

  /** Reports files that the index has beneath the root and that the walk did not find. */
  private void missing(SqliteDigestStore index, byte[] root, boolean forget) throws IOException {
    byte[] beneath = FileTree.join(root, new byte[0]);
    List<IndexedFile> page;
    long device = Long.MIN_VALUE;
    long inode = Long.MIN_VALUE;
    do {
      page = index.after(device, inode, PAGE_ROWS);
      List<IndexedFile> gone = new ArrayList<>();
      for (IndexedFile known : page) {
        device = known.version().device();
        inode = known.version().inode();
        byte[] path = known.path();
        if (path != null && isMissing(path, beneath, new FileId(device, inode))) {
          gone.add(known);
        }
      }
      if (forget && !gone.isEmpty()) {
        index.forget(gone);
      }
      Status status = forget ? Status.FORGOTTEN : Status.MISSING;
      for (IndexedFile known : gone) {
        byte[] path = known.path();
        if (path != null) {
          sink.accept(new Finding(status, Arrays.copyOfRange(path, beneath.length, path.length)));
        }
      }
    } while (!page.isEmpty());
  }

  private boolean isMissing(byte[] path, byte[] beneath, FileId id) {
    if (path.length <= beneath.length
        || !Arrays.equals(path, 0, beneath.length, beneath, 0, beneath.length)
        || moved.contains(id)) {
      return false;
    }
    try {
      tree.open(Arrays.copyOfRange(path, beneath.length, path.length)).close();
      return false;
    } catch (ErrnoException failed) {
      return FileDigests.Trouble.of(failed) == FileDigests.Trouble.MISSING;
    }
  }

  // ---- against a checksum file -----------------------------------------------------------------

  /**
   * Compares with a checksum file.
   *
   * @param sums whose names are paths relative to the directory
   * @param itself the checksum file's path relative to the directory, or null if it is elsewhere
   */
  public void compareWith(List<ChecksumLines.Sum> sums, byte @Nullable [] itself) {
    Set<String> known = new HashSet<>();
    if (itself != null) {
      known.add(key(itself));
    }
    for (ChecksumLines.Sum sum : sums) {
      known.add(key(sum.name()));
      work.add(() ->
          check(sum.name(), file -> compare(file, sum.algorithm(), sum.digest(), Status.CHANGED)));
    }
    tree.walk(
        visitor(path -> {
          if (!known.contains(key(path))) {
            work.add(() -> new Finding(Status.ADDED, path));
          }
        }));
    work.finish();
  }

  /** A comparable form of a path: exact for any bytes, without a leading "./". */
  private static String key(byte[] path) {
    String text = new String(path, StandardCharsets.ISO_8859_1);
    return text.startsWith("./") ? text.substring(2) : text;
  }

  @Override
  public void close() {
    work.close();
    tree.close();
  }
}
