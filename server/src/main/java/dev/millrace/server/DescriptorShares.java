package dev.millrace.server;

import dev.millrace.digest.DigestService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the descriptors that the process may have (RLIMIT_NOFILE) are divided, so that connections
 * never leave it without one to open a file with.
 *
 * <pre>
 *   limit = OWN + connections 3/8 + openFiles 1/4 + hashing 1/4 + management 1/32 + files under way
 * </pre>
 *
 * The last, 3/32 of what the process itself leaves, are for files that are being sent and are not
 * among those kept open.
 *
 * @param limit all descriptors
 * @param connections most connections that are open
 * @param openFiles most files kept open between requests, of all loops
 * @param hashing most files open to be hashed
 * @param management most connections to the management port
 */
record DescriptorShares(int limit, int connections, int openFiles, int hashing, int management) {
  /** The process's own: jars, rings, listening sockets, the log, the index, the roots. */
  static final int OWN = 80;

  /** Enough for every share to have one. */
  static final int LEAST = OWN + 32;

  private static final int LEAST_COMMON = 1024;
  private static final int MAX_MANAGEMENT = 256;
  private static final Pattern SOFT_LIMIT = Pattern.compile("Max open files +(\\S+)");

  DescriptorShares {
    if (connections < 1 || openFiles < 0 || hashing < 1 || management < 1) {
      throw new IllegalArgumentException("every share but that of open files has a descriptor");
    }
    if (limit >= LEAST && (long) OWN + connections + openFiles + hashing + management >= limit) {
      throw new IllegalArgumentException("no descriptor is left for files under way");
    }
  }

  /** Divides a limit; below {@link #LEAST} every share is as if it were that. */
  static DescriptorShares of(int limit) {
    int rest = Math.max(limit, LEAST) - OWN;
    return new DescriptorShares(
        limit, rest / 8 * 3, rest / 4, rest / 4, Math.min(MAX_MANAGEMENT, rest / 32));
  }

  /** Divides the limit of this process, which the Java runtime has raised as far as it may. */
  static DescriptorShares ofThisProcess() {
    return of(softLimit());
  }

  /** The bounds of hashing, with so many files at most for requests that wait. */
  DigestService.Limits digests(int queue) {
    return DigestService.Limits.DEFAULT.withJobs(queue).withDescriptors(hashing);
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
      // The least that is common.
    }
    return LEAST_COMMON;
  }
}
