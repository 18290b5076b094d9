package dev.millrace.content;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.http.semantics.WantDigest;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The digest fields (RFC 9530), and the checksum fields that Maven's resolver reads. */
public final class DigestFields {
  public static final HttpString WANT_REPR_DIGEST = new HttpString("Want-Repr-Digest");
  public static final HttpString WANT_CONTENT_DIGEST = new HttpString("Want-Content-Digest");
  public static final HttpString CONTENT_DIGEST = new HttpString("Content-Digest");
  public static final HttpString REPR_DIGEST = new HttpString("Repr-Digest");

  private DigestFields() {}

  /** The supported algorithms that a Want field lists, most preferred first. */
  public static List<Algorithm> wanted(HeaderMap request, HttpString field) {
    List<Algorithm> algorithms = new ArrayList<>(2);
    for (String name : WantDigest.preferred(Fields.joined(request, field))) {
      for (Algorithm algorithm : Algorithm.values()) {
        if (algorithm.isSecure() && algorithm.fieldName().equals(name)) {
          algorithms.add(algorithm);
        }
      }
    }
    return algorithms;
  }

  /** The value of Repr-Digest with the known digests, or null if there are none. */
  public static @Nullable String reprDigest(Digests digests) {
    StringBuilder value = new StringBuilder(64);
    for (Algorithm algorithm : List.of(Algorithm.SHA_256, Algorithm.SHA_512)) {
      if (digests.get(algorithm) != null) {
        value.append(value.isEmpty() ? "" : ", ").append(member(digests, algorithm));
      }
    }
    return value.isEmpty() ? null : value.toString();
  }

  /**
   * Adds Repr-Digest, and X-Checksum fields of some algorithms, for the known digests.
   *
   * @param checksums none for a response with a content coding: clients compare these fields with
   *     the content that they have decoded
   */
  public static void show(
      HeaderMap response, Digests digests, @Nullable String reprDigest, List<Algorithm> checksums) {
    if (digests.isEmpty()) {
      return;
    }
    if (reprDigest != null) {
      response.put(REPR_DIGEST, reprDigest);
    }
    for (Algorithm algorithm : checksums) {
      String hex = digests.hex(algorithm);
      if (hex != null) {
        String name = "X-Checksum-" + algorithm.suffix().toUpperCase(Locale.ROOT);
        response.put(new HttpString(name), hex);
      }
    }
  }

  /** A member of a digest field: a byte sequence (RFC 9651 §3.3.5). */
  public static String member(Digests digests, Algorithm algorithm) {
    byte[] value = digests.get(algorithm);
    return algorithm.fieldName()
        + "=:"
        + (value == null ? "" : Base64.getEncoder().encodeToString(value))
        + ":";
  }
}
