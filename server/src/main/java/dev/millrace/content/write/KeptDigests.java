package dev.millrace.content.write;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The running digests of resumable uploads between two requests, so that the parts before are not
 * read again. The oldest are forgotten; those of a process that ends are lost. Any thread.
 */
final class KeptDigests {
  private static final int MAX = 256;

  private final Map<String, RunningDigests> byToken =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RunningDigests> eldest) {
          return size() > MAX;
        }
      };

  synchronized void keep(String token, RunningDigests digests) {
    byToken.put(token, digests);
  }

  /** Takes the digests of exactly this many bytes; null if they are not known. */
  synchronized @Nullable RunningDigests take(String token, long position) {
    RunningDigests digests = byToken.remove(token);
    return digests == null || digests.position() != position ? null : digests;
  }
}
