package dev.millrace.server;

import dev.millrace.digest.DigestService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Divides the descriptors of the process (RLIMIT_NOFILE), so that connections always leave some for
 * opening files.
 *
 * <pre>
 *   limit = OWN + connections 3/8 + openFiles 1/4 + hashing 1/4 + management 1/32 + transfers
 * </pre>
 *
 * <p>The last part, 3/32 of the limit without OWN, is for files that are being sent and are not
 * among those kept open. A third of it is for {@linkplain #compressed compressed files}.
 *
 * @param limit number of all descriptors
 * @param connections maximum number of open connections
 * @param openFiles maximum number of files kept open between requests, on all loops
 * @param hashing maximum number of files open for hashing
 * @param management maximum number of connections to the management port
 */
record DescriptorShares(int limit, int connections, int openFiles, int hashing, int management) {
  /** For the process itself: jars, rings, listening sockets, the log, the index, the roots. */
  static final int OWN = 80;

  /** The smallest limit at which every share is positive. */
  static final int LEAST = OWN + 32;

  private static final int LEAST_COMMON = 1024;
  private static final int MAX_MANAGEMENT = 256;
  private static final int MAX_COMPRESSED = 8192;
  private static final Pattern SOFT_LIMIT = Pattern.compile("Max open files +(\\S+)");

  DescriptorShares {
    if (connections < 1 || openFiles < 0 || hashing < 1 || management < 1) {
      throw new IllegalArgumentException("every share except openFiles must be at least 1");
    }
    if (limit >= LEAST && (long) OWN + connections + openFiles + hashing + management >= limit) {
      throw new IllegalArgumentException("the shares must leave descriptors for files being sent");
    }
  }

  /** Divides a limit. A limit below {@link #LEAST} is divided as if it were {@link #LEAST}. */
  static DescriptorShares of(int limit) {
    int rest = Math.max(limit, LEAST) - OWN;
    return new DescriptorShares(
        limit, rest / 8 * 3, rest / 4, rest / 4, Math.min(MAX_MANAGEMENT, rest / 32));
  }

  /** Divides this process's limit, which the Java runtime has raised to the hard limit. */
  static DescriptorShares ofThisProcess() {
    return of(softLimit());
  }

  /** The bounds of hashing, with a maximum number of files for waiting requests. */
  DigestService.Limits digests(int queue) {
    return DigestService.Limits.DEFAULT.withJobs(queue).withDescriptors(hashing);
  }

  /** Maximum number of descriptors of compressed files, on all loops; at least 1. */
  int compressed() {
    return Math.max(1, Math.min(MAX_COMPRESSED, (Math.max(limit, LEAST) - OWN) / 32));
  }

  private static int softLimit() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        Matcher soft = SOFT_LIMIT.matcher(line);
        if (soft.lookingAt()) {
          String limit = soft.group(1);
          return limit.equals("unlimited")
              ? Integer.MAX_VALUE
              : (int) Math.min(Long.parseLong(limit), Integer.MAX_VALUE);
        }
      }
    } catch (IOException | NumberFormatException unreadable) {
      // Fall back to the most common limit.
    }
    return LEAST_COMMON;
  }
}
