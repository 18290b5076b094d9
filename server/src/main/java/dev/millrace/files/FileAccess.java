package dev.millrace.files;

import dev.millrace.file.FileStat;
import dev.millrace.file.OpenFailure;
import dev.millrace.uring.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * Files beneath one root, without blocking. The event thread alone calls, and callbacks come on it,
 * possibly before the call returns.
 */
public interface FileAccess {
  /** Gets the result of {@link #open}. */
  interface OpenCallback {
    /** The file is the callee's to close. */
    void opened(OpenFile file);

    void failed(OpenFailure why);
  }

  /** Gets the result of {@link #read}. */
  interface ReadCallback {
    /**
     * @param result bytes read, 0 at the end of the file, or {@code -errno}
     */
    void read(int result);
  }

  /**
   * Gives the mount another root: a look-up that begins from now on is beneath it, one under way is
   * beneath the old. Whatever was kept of the old is dropped.
   *
   * @param root held for this object, which releases it; null if there is none, so that nothing can
   *     be opened
   */
  void root(@Nullable Root root);

  /** Which root it is that paths are looked up beneath: another number for another root. */
  int generation();

  /**
   * Opens a path for reading: what it names lies beneath the root when it is opened, whatever
   * happens to the tree meanwhile.
   *
   * @param path relative, without NUL
   */
  void open(byte[] path, OpenCallback callback);

  /**
   * Opens a variant of a file that was found, if there is one: that there is none may be remembered
   * for a while, since clients that accept codings ask with each request.
   *
   * @param path relative, without NUL
   */
  default void openVariant(byte[] path, OpenCallback callback) {
    open(path, callback);
  }

  /**
   * Reads at an offset into a buffer from its beginning; may be short. File and buffer must stay as
   * they are until the callback.
   */
  void read(OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback);

  /** Whether a connection can send from a file's {@linkplain OpenFile#channel channel}. */
  boolean sendsFiles();

  /** What the descriptor is now. */
  FileStat stat(OpenFile file) throws ErrnoException;

  /**
   * A look into an open directory, for a worker, which resolves links beneath the root that the
   * directory was found beneath.
   *
   * @param path the directory's, as it was opened
   */
  DirectoryScan scan(OpenFile directory, byte[] path);
}
