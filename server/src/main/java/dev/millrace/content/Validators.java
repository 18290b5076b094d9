package dev.millrace.content;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.http.semantics.EntityTag;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The validators of a file, which distinguish its versions (RFC 9110 §8.8). */
public final class Validators {
  /**
   * Twice the coarsest timestamp granularity of a file system. A file that changed earlier than
   * this gets another change time when it changes again.
   */
  private static final long SETTLED_MILLIS = 20;

  private Validators() {}

  /** Whether another change of the file would give it another change time. */
  static boolean isSettled(FileStat stat) {
    long changed =
        TimeUnit.SECONDS.toMillis(stat.changedSeconds())
            + TimeUnit.NANOSECONDS.toMillis(stat.changedNanos());
    return System.currentTimeMillis() - changed > SETTLED_MILLIS;
  }

  /**
   * The entity tags of a file, the one to send first. It is the tag of the content if the digest is
   * known, which is equal on all machines. The second one is the tag of the file's status, sent
   * before the digest was known, so that downloads started with it can resume. All tags are strong,
   * except the tag of a file that has just changed and has no known digest: it is weak and matches
   * nothing later.
   */
  public static List<String> entityTags(
      FileStat stat, @Nullable ContentCoding coding, Digests digests) {
    long identity = EntityTag.identity(stat.inode(), stat.changedSeconds(), stat.changedNanos());
    byte[] sha256 = digests.get(Algorithm.SHA_256);
    if (!isSettled(stat)) {
      return List.of(
          sha256 == null ? EntityTag.ofUnsettled(identity) : EntityTag.ofContent(sha256));
    }
    String byStat =
        EntityTag.of(
            stat.modifiedSeconds(), stat.modifiedNanos(), stat.sizeBytes(), identity, coding);
    return sha256 == null ? List.of(byStat) : List.of(EntityTag.ofContent(sha256), byStat);
  }
}
