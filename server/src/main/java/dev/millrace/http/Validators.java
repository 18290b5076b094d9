package dev.millrace.http;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileFacts;
import dev.millrace.plan.ContentCoding;
import dev.millrace.plan.EntityTag;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What tells one version of a file from another (RFC 9110 §8.8). */
final class Validators {
  private Validators() {}

  /**
   * The strong tags of a file, first the one to send: of its content once that is known, the same
   * on every machine; and of time and size, which it was sent with before, so that a download that
   * began with it can go on.
   */
  static List<String> entityTags(FileFacts facts, @Nullable ContentCoding coding, Digests digests) {
    String byTime =
        EntityTag.of(facts.modifiedSeconds(), facts.modifiedNanos(), facts.sizeBytes(), coding);
    byte[] sha256 = digests.get(Algorithm.SHA_256);
    return sha256 == null ? List.of(byTime) : List.of(EntityTag.ofContent(sha256), byTime);
  }
}
