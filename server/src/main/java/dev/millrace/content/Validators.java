package dev.millrace.content;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.http.semantics.EntityTag;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What tells one version of a file from another (RFC 9110 §8.8). */
public final class Validators {
  /**
   * Twice the coarsest clock of a file system here: of a file that changed longer ago, another
   * change has another change time.
   */
  private static final long SETTLED_MILLIS = 20;

  private Validators() {}

  /** Whether another change of the file would have another change time. */
  static boolean isSettled(FileStat stat) {
    long changed =
        TimeUnit.SECONDS.toMillis(stat.changedSeconds())
            + TimeUnit.NANOSECONDS.toMillis(stat.changedNanos());
    return System.currentTimeMillis() - changed > SETTLED_MILLIS;
  }

  /**
   * The tags of a file, first the one to send: of its content once that is known, the same on every
   * machine; then of what the file system says, which it was sent with before, so that a download
   * that began with it can go on. They are strong, but for the one of a file that has changed this
   * moment and whose content is not known: that tag is weak and matches nothing later.
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
