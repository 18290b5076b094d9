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
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

  private final List<Expected> all = new ArrayList<>();

  private ExpectedDigests() {}

  /**
   * Reads the fields of a request whose body is the whole file.
   *
   * @throws WriteException 400 if one is malformed, or two contradict each other
   */
  static ExpectedDigests of(HeaderMap headers) throws WriteException {
    ExpectedDigests digests = ofFile(headers);
    digests.addOfBody(headers);
    return digests;
  }

  /** Reads the fields that are about the file. */
  static ExpectedDigests ofFile(HeaderMap headers) throws WriteException {
    ExpectedDigests digests = new ExpectedDigests();
    digests.addDictionary(headers, DigestFields.REPR_DIGEST);
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

  /** Reads the fields that are about the body, which may be a part of the file. */
  static ExpectedDigests ofBody(HeaderMap headers) throws WriteException {
    ExpectedDigests digests = new ExpectedDigests();
    digests.addOfBody(headers);
    digests.addTus(headers);
    return digests;
  }

  private void addOfBody(HeaderMap headers) throws WriteException {
    addDictionary(headers, DigestFields.CONTENT_DIGEST);
    addPlain(headers, "Content-MD5", Algorithm.MD5, ExpectedDigests::base64, 400);
  }

  /** {@code Upload-Checksum: sha1 BASE64} of tus. */
  private void addTus(HeaderMap headers) throws WriteException {
    String field = headers.getFirst("Upload-Checksum");
    if (field == null) {
      return;
    }
    String[] words = field.strip().split(" +", -1);
    for (Algorithm algorithm : Algorithm.values()) {
      if (words.length == 2 && words[0].equals(algorithm.suffix())) {
        add("Upload-Checksum", algorithm, base64(words[1]), WriteException.CHECKSUM_MISMATCH);
        return;
      }
    }
    throw new WriteException(
        StatusCodes.BAD_REQUEST, "Upload-Checksum is no known algorithm and a digest");
  }

  /** Adds {@code Repr-Digest} and {@code Content-Digest} of trailers. */
  void addDictionaries(HeaderMap headers) throws WriteException {
    addDictionary(headers, DigestFields.REPR_DIGEST);
    addDictionary(headers, DigestFields.CONTENT_DIGEST);
  }

  private void addDictionary(HeaderMap headers, HttpString name) throws WriteException {
    String field = Fields.joined(headers, name);
    if (field == null) {
      return;
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

  /** Adds the digests of another request for the same file. */
  void addAll(ExpectedDigests others) throws WriteException {
    for (Expected other : others.all) {
      add(other.field, other.algorithm, other.value, other.mismatch);
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

  /** The strongest secure digest that is expected. */
  Optional<Map.Entry<Algorithm, byte[]>> strongest() {
    return all.stream()
        .filter(expected -> expected.algorithm.isSecure())
        .min(Comparator.comparing(Expected::algorithm))
        .map(expected -> Map.entry(expected.algorithm, expected.value));
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
   * Compares those digests that are known of a file.
   *
   * @throws WriteException if one differs
   */
  void checkKnown(Digests known) throws WriteException {
    for (Expected expected : all) {
      if (known.get(expected.algorithm) != null) {
        check(expected, known);
      }
    }
  }

  /**
   * Compares the digests of what was received.
   *
   * @throws WriteException if one differs
   */
  void check(Digests received) throws WriteException {
    for (Expected expected : all) {
      check(expected, received);
    }
  }

  private static void check(Expected expected, Digests received) throws WriteException {
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
