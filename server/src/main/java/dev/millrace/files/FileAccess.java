package dev.millrace.files;

import dev.millrace.file.FileStat;
import dev.millrace.file.OpenFailure;
import dev.millrace.uring.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * Opens and reads files beneath one root without blocking. Only the loop thread calls; callbacks
 * run on it, possibly before the call returns.
 */
public interface FileAccess {
  /** Receives the result of {@link #open}. */
  interface OpenCallback {
    /** The callee owns the file and closes it. */
    void opened(OpenFile file);

    void failed(OpenFailure why);
  }

  /** Receives the result of {@link #read}. */
  interface ReadCallback {
    /**
     * @param result bytes read, 0 at the end of the file, or {@code -errno}
     */
    void read(int result);
  }

  /**
   * Replaces the root. Lookups that start from now on use the new root; lookups in flight keep the
   * old one. Cached files of the old root are dropped.
   *
   * @param root a hold that this object releases; null if there is no root, so every open fails
   */
  void root(@Nullable Root root);

  /** The current root, or null if there is none. The caller holds it if it keeps it. */
  @Nullable Root root();

  /** A number that changes with the root. */
  int generation();

  /** The clock of {@link OpenFile#openedNanos}, as {@link System#nanoTime}. */
  default long nowNanos() {
    return System.nanoTime();
  }

  /**
   * Opens a path for reading. The file lies beneath the root when it is opened, whatever concurrent
   * changes the tree undergoes.
   *
   * @param path relative, without NUL
   */
  void open(byte[] path, OpenCallback callback);

  /**
   * Opens a variant of a file that was found. Its absence may be cached for a while, because
   * clients that accept content codings cause this lookup with each request.
   *
   * @param path relative, without NUL
   */
  default void openVariant(byte[] path, OpenCallback callback) {
    open(path, callback);
  }

  /**
   * Reads at an offset into the start of a buffer; the read may be short. File and buffer must not
   * be closed, returned or changed before the callback.
   */
  void read(OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback);

  /** Whether a connection can send from a file's {@linkplain OpenFile#channel channel}. */
  boolean sendsFiles();

  /** The current status of the file. */
  FileStat stat(OpenFile file) throws ErrnoException;

  /**
   * Prepares a scan of an open directory for a worker thread. The scan resolves links beneath the
   * root that the directory was found beneath.
   *
   * @param path of the directory, as it was opened
   */
  DirectoryScan scan(OpenFile directory, byte[] path);
}
