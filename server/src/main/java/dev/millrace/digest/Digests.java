package dev.millrace.digest;

import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The known digests of one version of a file. */
public final class Digests {
  public static final Digests NONE = new Digests(new EnumMap<>(Algorithm.class));

  private final Map<Algorithm, byte[]> values;

  private Digests(Map<Algorithm, byte[]> values) {
    this.values = values;
  }

  /**
   * @param values the arrays are owned by the new object
   */
  public static Digests of(Map<Algorithm, byte[]> values) {
    return values.isEmpty() ? NONE : new Digests(new EnumMap<>(values));
  }

  /** The digest, or null; must not be modified. */
  public byte @Nullable [] get(Algorithm algorithm) {
    return values.get(algorithm);
  }

  /** The digest in lower-case hexadecimal, or null. */
  public @Nullable String hex(Algorithm algorithm) {
    byte[] value = values.get(algorithm);
    return value == null ? null : HexFormat.of().formatHex(value);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  public boolean hasAll(Set<Algorithm> algorithms) {
    return values.keySet().containsAll(algorithms);
  }

  /** The strongest algorithm with a digest, or null. */
  @Nullable Algorithm strongest() {
    for (Algorithm algorithm : Algorithm.values()) {
      if (values.containsKey(algorithm)) {
        return algorithm;
      }
    }
    return null;
  }

  /** The union of these and other digests. */
  Digests with(Digests more) {
    if (values.isEmpty()) {
      return more;
    }
    Map<Algorithm, byte[]> merged = new EnumMap<>(values);
    merged.putAll(more.values);
    return new Digests(merged);
  }

  Map<Algorithm, byte[]> values() {
    return values;
  }
}
