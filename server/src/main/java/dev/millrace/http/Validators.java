package dev.millrace.http;

import dev.millrace.file.FileFacts;
import dev.millrace.plan.ContentCoding;
import org.jspecify.annotations.Nullable;

/** What tells one version of a file from another (RFC 9110 §8.8). */
final class Validators {
  private Validators() {}

  /**
   * A strong tag of modification time, to the nanosecond, and size.
   *
   * @param coding the file's coding if it stands for another: a variant may share both with it
   */
  static String entityTag(FileFacts facts, @Nullable ContentCoding coding) {
    return "\""
        + Long.toHexString(facts.modifiedSeconds())
        + "."
        + Integer.toHexString(facts.modifiedNanos())
        + "-"
        + Long.toHexString(facts.sizeBytes())
        + (coding == null ? "" : "-" + coding.token())
        + "\"";
  }
}
