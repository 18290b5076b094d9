package dev.millrace.digest;

/**
 * Where digests outlive the process. {@link #load} may wait for a disk and is called by hashing
 * threads; {@link #save} never waits.
 */
public interface DigestStore extends AutoCloseable {
  /** Remembers nothing. */
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

  /** What is known of exactly this version. */
  Digests load(FileVersion version);

  /** Keeps what is known of a version, instead of what was known of any other of the same file. */
  void save(IndexedFile known);

  /** Files of which something is known. */
  long files();

  @Override
  void close();
}
