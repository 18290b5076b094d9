package dev.millrace.digest;

import java.util.List;

/**
 * Persistent storage of digests. {@link #load} may wait for a disk and is called on hashing
 * threads; {@link #save} never waits.
 */
public interface DigestStore extends AutoCloseable {
  /** Stores nothing. */
  DigestStore NONE =
      new DigestStore() {
        @Override
        public Digests load(FileVersion version) {
          return Digests.NONE;
        }

        @Override
        public void save(IndexedFile known) {}

        @Override
        public long files() {
          return 0;
        }

        @Override
        public void close() {}
      };

  /** The stored digests of exactly this version. */
  Digests load(FileVersion version);

  /** Stores the digests of a version, replacing those of other versions of the same file. */
  void save(IndexedFile known);

  /**
   * The files that had this digest when they were hashed, a few of them. May wait for a disk.
   *
   * @param algorithm a secure one
   */
  default List<IndexedFile> holding(Algorithm algorithm, byte[] digest) {
    return List.of();
  }

  /** Number of files with stored digests. */
  long files();

  @Override
  void close();
}
