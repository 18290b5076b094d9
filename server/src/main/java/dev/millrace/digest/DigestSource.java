package dev.millrace.digest;

import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import java.util.Set;

/**
 * What an event thread asks for digests. Its own thread only, callbacks too, but where it says
 * otherwise.
 */
public interface DigestSource {
  /** Why there is no digest. */
  enum Unavailable {
    /** Too many are waited for; later there may be room. */
    BUSY,
    /** The file changed while it was read. */
    CHANGED,
    /** The file cannot be read. */
    UNREADABLE
  }

  /** Gets the answer to {@link #require}. */
  interface Callback {
    void known(Digests digests);

    void unavailable(Unavailable why);
  }

  /** The longest part of a file that is hashed by itself: one quantum. */
  long MAX_PART_BYTES = HashTask.QUANTUM_BYTES;

  /** What is known without reading anything. Any thread. */
  Digests known(FileStat stat);

  /**
   * Finds out digests.
   *
   * @param file may be closed as soon as this returns
   * @param callback perhaps called before this returns
   */
  void require(OpenFile file, Set<Algorithm> algorithms, Callback callback);

  /** Finds out digests when there is time, for those who ask next. */
  void background(OpenFile file, Set<Algorithm> algorithms);

  /**
   * Finds out the digest of a part of a file, for nobody else. One that fails is counted as a file
   * is that fails.
   *
   * @param first position of the first byte
   * @param lengthBytes at most {@link #MAX_PART_BYTES}
   */
  void requirePart(
      OpenFile file, Algorithm algorithm, long first, long lengthBytes, Callback callback);
}
