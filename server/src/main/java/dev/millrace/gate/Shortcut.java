package dev.millrace.gate;

import java.nio.ByteBuffer;

/**
 * Answers some requests of one connection at the gate, so that they go no further. I/O thread only.
 */
public interface Shortcut {
  /** Memory of the heap to receive into, empty, used only while a call of the gate lasts. */
  ByteBuffer scratch();

  /**
   * Answers a request now and whole, or not at all; then the next answer of the connection is to
   * this request. If the request is the {@linkplain HeadParser#isLast last}, it also ends the
   * connection once the answer is sent.
   *
   * @param head whole, and not yet {@linkplain HeadParser#normalise normalised}
   * @param base where it begins in {@code bytes}
   * @return whether it is answered
   */
  boolean answer(HeadParser head, byte[] bytes, int base);

  /** Whether an answer given here is still being sent. */
  boolean isAnswering();

  /** The next answer is to a request that {@link #answer} was not asked about. */
  void passed();
}
