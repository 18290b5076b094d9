package dev.millrace.plan;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Entity tags that are made here (RFC 9110 §8.8.3). */
public final class EntityTag {
  private EntityTag() {}

  /**
   * A strong tag of modification time, to the nanosecond, and size.
   *
   * @param coding the file's coding if it stands for another: a variant may share both with it
   */
  public static String of(
      long modifiedSeconds, int modifiedNanos, long sizeBytes, @Nullable ContentCoding coding) {
    return "\""
        + Long.toHexString(modifiedSeconds)
        + "."
        + Integer.toHexString(modifiedNanos)
        + "-"
        + Long.toHexString(sizeBytes)
        + (coding == null ? "" : "-" + coding.token())
        + "\"";
  }

  /** A strong tag of the content alone: the same wherever the same bytes are. */
  public static String ofContent(byte[] sha256) {
    byte[] half = Arrays.copyOf(sha256, 16);
    return "\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(half) + "\"";
  }
}
