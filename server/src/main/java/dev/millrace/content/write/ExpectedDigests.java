package dev.millrace.content.write;

import dev.millrace.content.DigestFields;
import dev.millrace.content.Fields;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.http.semantics.DigestDictionary;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The digests that a client has sent with a body: {@code Repr-Digest} and {@code Content-Digest}
 * (RFC 9530), {@code Content-MD5} (RFC 1864), {@code X-Checksum-Sha256} and others (Artifactory,
 * Maven), {@code x-amz-checksum-sha256} and {@code -sha1} (S3). Algorithms that the server does not
 * know are ignored.
 */
final class ExpectedDigests {
  /** One digest, and the field that has it. */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  private record Expected(String field, Algorithm algorithm, byte[] value, int mismatch) {}

  private static final List<HttpString> DICTIONARIES =
      List.of(DigestFields.REPR_DIGEST, DigestFields.CONTENT_DIGEST);

  private final List<Expected> all = new ArrayList<>();

  private ExpectedDigests() {}

  /**
   * Reads the fields.
   *
   * @throws WriteException 400 if one is malformed, or two contradict each other
   */
  static ExpectedDigests of(HeaderMap headers) throws WriteException {
    ExpectedDigests digests = new ExpectedDigests();
    digests.addDictionaries(headers);
    digests.addPlain(headers, "Content-MD5", Algorithm.MD5, ExpectedDigests::base64, 400);
    for (Algorithm algorithm : Algorithm.values()) {
      String name = algorithm.suffix();
      String artifactory =
          "X-Checksum-" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
      digests.addPlain(headers, artifactory, algorithm, ExpectedDigests::hex, StatusCodes.CONFLICT);
      if (algorithm == Algorithm.SHA_256 || algorithm == Algorithm.SHA_1) {
        digests.addPlain(
            headers, "x-amz-checksum-" + name, algorithm, ExpectedDigests::base64, 400);
      }
    }
    return digests;
  }

  /** Adds {@code Repr-Digest} and {@code Content-Digest} of a head or of trailers. */
  void addDictionaries(HeaderMap headers) throws WriteException {
    for (HttpString name : DICTIONARIES) {
      String field = Fields.joined(headers, name);
      if (field == null) {
        continue;
      }
      Map<String, byte @Nullable []> members =
          DigestDictionary.parse(field)
              .orElseThrow(() ->
                  new WriteException(
                      StatusCodes.BAD_REQUEST, name + " is not a dictionary of digests"));
      for (Algorithm algorithm : Algorithm.values()) {
        byte[] value = members.get(algorithm.fieldName());
        if (members.containsKey(algorithm.fieldName())) {
          add(name.toString(), algorithm, value, StatusCodes.BAD_REQUEST);
        }
      }
    }
  }

  private void addPlain(
      HeaderMap headers,
      String field,
      Algorithm algorithm,
      Function<String, byte @Nullable []> decode,
      int mismatch)
      throws WriteException {
    String text = headers.getFirst(field);
    if (text != null) {
      add(field, algorithm, decode.apply(text.strip()), mismatch);
    }
  }

  private void add(String field, Algorithm algorithm, byte @Nullable [] value, int mismatch)
      throws WriteException {
    if (value == null || value.length != algorithm.lengthBytes()) {
      throw new WriteException(
          StatusCodes.BAD_REQUEST,
          field
              + " has no "
              + algorithm.suffix()
              + " digest of "
              + algorithm.lengthBytes()
              + " bytes");
    }
    for (Expected other : all) {
      if (other.algorithm == algorithm && !Arrays.equals(other.value, value)) {
        throw new WriteException(
            StatusCodes.BAD_REQUEST, other.field + " and " + field + " contradict each other");
      }
    }
    all.add(new Expected(field, algorithm, value, mismatch));
  }

  private static byte @Nullable [] hex(String text) {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  private static byte @Nullable [] base64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /** Whether a digest is expected that nobody can forge. */
  boolean hasSecure() {
    return all.stream().anyMatch(expected -> expected.algorithm.isSecure());
  }

  /** The algorithms of the digests, and others that the server wants. */
  Set<Algorithm> algorithms(Set<Algorithm> more) {
    Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
    algorithms.addAll(more);
    all.forEach(expected -> algorithms.add(expected.algorithm));
    return algorithms;
  }

  /**
   * Compares the digests of what was received.
   *
   * @throws WriteException if one differs
   */
  void check(Digests received) throws WriteException {
    for (Expected expected : all) {
      byte[] computed = received.get(expected.algorithm);
      if (computed == null) {
        throw new WriteException(
            StatusCodes.BAD_REQUEST,
            expected.algorithm.suffix() + " is in a trailer, but was not announced in the head");
      }
      if (!Arrays.equals(expected.value, computed)) {
        throw new WriteException(
                expected.mismatch,
                "the body does not have the digest of " + expected.field + "; nothing was stored")
            .as(WriteStats.Outcome.MISMATCH)
            .with("algorithm", expected.algorithm.suffix())
            .with("expected", HexFormat.of().formatHex(expected.value))
            .with("computed", HexFormat.of().formatHex(computed));
      }
    }
  }
}
