package dev.millrace.http.semantics;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The {@code Repr-Digest} and {@code Content-Digest} fields of a request (RFC 9530 §2, §3). */
public final class DigestDictionary {
  private DigestDictionary() {}

  /**
   * The digests by the key of their algorithm; null for a value that is not a byte sequence.
   *
   * @param field all lines of the field joined by commas
   * @return empty if the field is malformed
   */
  public static Optional<Map<String, byte @Nullable []>> parse(String field) {
    return StructuredDictionary.byteSequences(field);
  }
}
