package dev.millrace.content;

import dev.millrace.digest.Algorithm;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which digests are found out and shown.
 *
 * @param mode when one that is not known is found out
 * @param checksumFiles whether {@code FILE.sha256} and the like, and {@code SHA256SUMS}, are
 *     answered where there is no such file
 * @param refuseCorrupt whether a file that was found corrupt is answered 503
 * @param queue files being hashed for requests that wait; more are told to come again
 * @param checksumHeaders digests that are shown as {@code X-Checksum-...}
 */
public record DigestPolicy(
    Mode mode,
    boolean checksumFiles,
    boolean refuseCorrupt,
    int queue,
    List<Algorithm> checksumHeaders) {
  /** When a digest that is not known is found out. */
  public enum Mode {
    /** When somebody asks for it, who then waits. */
    ON_REQUEST,
    /** Also behind an answer, for those who ask next. */
    BACKGROUND,
    /** Never; those that are known are shown. */
    OFF
  }

  public DigestPolicy {
    checksumHeaders = List.copyOf(checksumHeaders);
  }

  /** What is found out behind an answer. */
  public Set<Algorithm> background() {
    Set<Algorithm> algorithms = EnumSet.of(Algorithm.SHA_256);
    algorithms.addAll(checksumHeaders);
    return algorithms;
  }
}
