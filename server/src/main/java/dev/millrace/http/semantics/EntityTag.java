package dev.millrace.http.semantics;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Creates entity tags (RFC 9110 §8.8.3). */
public final class EntityTag {
  private EntityTag() {}

  /**
   * A strong tag from a file's status. A replacement of the file can have the same modification
   * time and size, but not the same identity.
   *
   * @param identity result of {@link #identity}
   * @param coding the coding of a file that is sent in place of another one; distinguishes it from
   *     a file with the same values. Null for the file itself
   */
  public static String of(
      long modifiedSeconds,
      int modifiedNanos,
      long sizeBytes,
      long identity,
      @Nullable ContentCoding coding) {
    return "\""
        + Long.toHexString(modifiedSeconds)
        + "."
        + Integer.toHexString(modifiedNanos)
        + "-"
        + Long.toHexString(sizeBytes)
        + "-"
        + Long.toHexString(identity)
        + (coding == null ? "" : "-" + coding.token())
        + "\"";
  }

  /** Mixes inode and change time, so that a tag reveals neither. */
  public static long identity(long inode, long changedSeconds, int changedNanos) {
    return mix(mix(mix(inode) ^ changedSeconds) ^ changedNanos);
  }

  /** A weak tag, for a file that may change again within the granularity of its timestamps. */
  public static String ofUnsettled(long identity) {
    return "W/\"unsettled-" + Long.toHexString(identity) + "\"";
  }

  /** Whether a tag is present and weak: the content may change without it. */
  public static boolean isWeak(@Nullable String tag) {
    return tag != null && tag.startsWith("W/");
  }

  /** The finalizer of SplitMix64, a bijection. */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** A strong tag of the content alone: equal on all servers that have the same bytes. */
  public static String ofContent(byte[] sha256) {
    byte[] half = Arrays.copyOf(sha256, 16);
    return "\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(half) + "\"";
  }
}
