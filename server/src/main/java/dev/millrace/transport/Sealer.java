package dev.millrace.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Encrypts the bytes of a file segment before they are sent. Called in the order in which the bytes
 * are sent. Loop thread only.
 */
public interface Sealer {
  /** Maximum number of plain bytes of one {@link #seal}. */
  int maxPlainBytes();

  /**
   * Replaces plain bytes by sealed ones.
   *
   * @param memory begins with the plain bytes, and has room for the sealed ones: at most 1 KiB more
   * @return the number of sealed bytes, from the beginning of the memory
   * @throws IOException if the connection can no longer seal; it is broken then
   */
  int seal(MemorySegment memory, int plainBytes) throws IOException;
}
