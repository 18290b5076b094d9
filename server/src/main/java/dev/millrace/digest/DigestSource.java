package dev.millrace.digest;

import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import java.util.Set;

/**
 * Digests for a loop thread. Used on that thread only, which also runs the callbacks, except where
 * a method says otherwise.
 */
public interface DigestSource {
  enum Unavailable {
    /** Too many requests wait; a later one may succeed. */
    BUSY,
    /** The file changed while it was read. */
    CHANGED,
    /** The file cannot be read. */
    UNREADABLE
  }

  /** Receives the result of {@link #require}. */
  interface Callback {
    void known(Digests digests);

    void unavailable(Unavailable why);
  }

  /** The longest part of a file that can be hashed separately: one quantum. */
  long MAX_PART_BYTES = HashTask.QUANTUM_BYTES;

  /** The known digests, without any I/O. Any thread. */
  Digests known(FileStat stat);

  /**
   * Computes digests, or returns known ones.
   *
   * @param file may be closed as soon as this method returns
   * @param callback may run before this method returns
   */
  void require(OpenFile file, Set<Algorithm> algorithms, Callback callback);

  /** Computes digests at low priority, for later requests. */
  void background(OpenFile file, Set<Algorithm> algorithms);

  /**
   * Computes the digest of a part of a file. The result is not cached. A failure counts like that
   * of a file.
   *
   * @param first position of the first byte
   * @param lengthBytes at most {@link #MAX_PART_BYTES}
   */
  void requirePart(
      OpenFile file, Algorithm algorithm, long first, long lengthBytes, Callback callback);
}
