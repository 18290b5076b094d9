package dev.millrace.digest;

import dev.millrace.file.OpenFailure;
import dev.millrace.files.FileTree;
import dev.millrace.files.OpenFile;
import dev.millrace.uring.ErrnoException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Digests of files and trees for commands, computed with blocking calls on one thread per
 * processor. One thread calls.
 */
public final class FileDigests implements AutoCloseable {
  public enum Trouble {
    MISSING("No such file or directory"),
    FORBIDDEN("Permission denied"),
    DIRECTORY("Is a directory"),
    SPECIAL("Not a regular file"),
    CHANGED("Changed while it was read"),
    UNREADABLE("Cannot be read");

    private final String text;

    Trouble(String text) {
      this.text = text;
    }

    /** The message for people. */
    public String text() {
      return text;
    }

    static Trouble of(ErrnoException failed) {
      return switch (OpenFailure.of(failed.errno())) {
        case NOT_FOUND, NOT_A_DIRECTORY, NAME_TOO_LONG -> MISSING;
        case FORBIDDEN -> FORBIDDEN;
        case EXHAUSTED, UNAVAILABLE, IO -> UNREADABLE;
      };
    }
  }

  /**
   * The result for one file.
   *
   * @param name as given, or the given directory's name joined with the path below it
   * @param digests empty if there is trouble
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  public record Outcome(byte[] name, long sizeBytes, Digests digests, @Nullable Trouble trouble) {
    static Outcome troubled(byte[] name, Trouble trouble) {
      return new Outcome(name, 0, Digests.NONE, trouble);
    }
  }

  private final Set<Algorithm> algorithms;
  private final DigestStore store;
  private final OrderedExecutor<Outcome> work;
  private final AtomicLong doneBytes = new AtomicLong();

  /**
   * @param store searched before a file is read; new digests are saved to it
   * @param sink receives the outcomes in order, on the thread that adds files
   */
  public FileDigests(Algorithm algorithm, DigestStore store, Consumer<Outcome> sink) {
    this.algorithms = Set.of(algorithm);
    this.store = store;
    this.work = new OrderedExecutor<>("millrace-digest", sink);
  }

  /** Adds a file or, if {@code recursive}, all files beneath a directory. */
  public void add(byte[] name, boolean recursive) {
    FileTree tree = recursive ? tree(name) : null;
    if (tree == null) {
      work.add(() -> digest(name));
      return;
    }
    try (tree) {
      tree.walk(
          new FileTree.Visitor() {
            @Override
            public void file(byte[] path) {
              add(FileTree.join(name, path), false);
            }

            @Override
            public void unreadable(byte[] path) {
              work.add(() -> Outcome.troubled(FileTree.join(name, path), Trouble.UNREADABLE));
            }
          });
    }
  }

  /** Waits for all added files. */
  public void finish() {
    work.finish();
  }

  /** Bytes hashed or found in the store. Any thread. */
  public long doneBytes() {
    return doneBytes.get();
  }

  /** Total size of the files that {@link #add} would add. */
  public static long sizeBytes(byte[] name, boolean recursive) {
    FileTree tree = recursive ? tree(name) : null;
    if (tree == null) {
      return sizeOf(name);
    }
    try (tree) {
      return sizeBytes(tree);
    }
  }

  /** Total size of the files of a tree. */
  static long sizeBytes(FileTree tree) {
    AtomicLong sum = new AtomicLong();
    tree.walk(
        new FileTree.Visitor() {
          @Override
          public void file(byte[] path) {
            try {
              OpenFile file = tree.open(path);
              var _ = sum.addAndGet(file.stat().sizeBytes());
              file.close();
            } catch (ErrnoException gone) {
              // reported when it is hashed
            }
          }

          @Override
          public void unreadable(byte[] path) {}
        });
    return sum.get();
  }

  private static long sizeOf(byte[] name) {
    try {
      OpenFile file = OpenFile.open(name);
      file.close();
      return file.stat().isRegularFile() ? file.stat().sizeBytes() : 0;
    } catch (ErrnoException gone) {
      return 0;
    }
  }

  /** The tree if {@code name} is a directory, else null. */
  private static @Nullable FileTree tree(byte[] name) {
    try {
      OpenFile file = OpenFile.open(name);
      if (file.stat().isDirectory()) {
        return FileTree.of(file);
      }
      file.close();
      return null;
    } catch (ErrnoException gone) {
      return null;
    }
  }

  private Outcome digest(byte[] name) {
    OpenFile file;
    try {
      file = OpenFile.open(name);
    } catch (ErrnoException failed) {
      return Outcome.troubled(name, Trouble.of(failed));
    }
    try {
      if (!file.stat().isRegularFile()) {
        return Outcome.troubled(
            name, file.stat().isDirectory() ? Trouble.DIRECTORY : Trouble.SPECIAL);
      }
      return digest(name, file);
    } finally {
      file.close();
    }
  }

  private Outcome digest(byte[] name, OpenFile file) {
    FileVersion version = FileVersion.of(file.stat());
    Digests known = store.load(version);
    if (known.hasAll(algorithms)) {
      doneBytes.addAndGet(version.sizeBytes());
      return new Outcome(name, version.sizeBytes(), known, null);
    }
    HashTask task = new HashTask(file, algorithms, 0, version.sizeBytes(), doneBytes);
    return switch (task.runWhole()) {
      case DONE -> {
        Digests digests = task.result();
        store.save(new IndexedFile(version, digests, file.path()));
        yield new Outcome(name, version.sizeBytes(), digests, null);
      }
      case MORE, CHANGED -> Outcome.troubled(name, Trouble.CHANGED);
      case UNREADABLE -> Outcome.troubled(name, Trouble.UNREADABLE);
    };
  }

  @Override
  public void close() {
    work.close();
  }
}
