package dev.millrace.content;

import dev.millrace.digest.Algorithm;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which digests are computed and sent.
 *
 * @param mode when a missing digest is computed
 * @param checksumFiles whether the server generates {@code FILE.sha256} and similar files, and
 *     {@code SHA256SUMS}, if they do not exist
 * @param refuseCorrupt whether the response for a corrupt file is 503
 * @param queue maximum number of files being hashed for waiting requests; further requests get 503
 *     with Retry-After
 * @param checksumHeaders algorithms sent as {@code X-Checksum-...}
 */
public record DigestPolicy(
    Mode mode,
    boolean checksumFiles,
    boolean refuseCorrupt,
    int queue,
    List<Algorithm> checksumHeaders) {
  /** When a missing digest is computed. */
  public enum Mode {
    /** When a client requests it; the request waits. */
    ON_REQUEST,
    /** Also in the background after a response, for later requests. */
    BACKGROUND,
    /** Never; only known digests are sent. */
    OFF
  }

  public DigestPolicy {
    checksumHeaders = List.copyOf(checksumHeaders);
  }

  /** The algorithms computed in the background. */
  public Set<Algorithm> background() {
    Set<Algorithm> algorithms = EnumSet.of(Algorithm.SHA_256);
    algorithms.addAll(checksumHeaders);
    return algorithms;
  }
}
