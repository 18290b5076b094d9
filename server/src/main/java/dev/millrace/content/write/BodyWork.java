package dev.millrace.content.write;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The part of an upload that waits for a disk or a processor. Worker threads, one at a time, in the
 * order of the methods.
 */
interface BodyWork extends AutoCloseable {
  /** Whether the bytes of a request that ends early are kept. */
  boolean keepsParts();

  /** The longest body. */
  default long maxBodyBytes(UploadSettings settings) {
    return settings.maxBytes();
  }

  /**
   * Checks all that can be checked before the body, and opens the file.
   *
   * @param announcedBytes length of the body, or -1
   */
  void open(long announcedBytes) throws WriteException;

  /** Appends the bytes between position and limit of a direct buffer. */
  void append(ByteBuffer bytes) throws WriteException;

  /**
   * Ends the body.
   *
   * @param expected digests of the file
   * @return the file, or empty if requests will append more to it
   * @throws WriteException if the file was not stored
   */
  Optional<Stored> commit(ExpectedDigests expected) throws WriteException;

  /** Removes the file unless it is stored or kept, and releases the root; once. */
  @Override
  void close();
}
