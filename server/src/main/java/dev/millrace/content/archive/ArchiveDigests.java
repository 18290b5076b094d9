package dev.millrace.content.archive;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 digests of archives that were sent whole, by their entity tags. The least recently
 * used are forgotten. Any thread.
 */
public final class ArchiveDigests {
  private static final int MAX = 1024;

  private final Map<String, byte[]> digests =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
          return size() > MAX;
        }
      };

  public ArchiveDigests() {}

  synchronized byte @Nullable [] get(String entityTag) {
    return digests.get(entityTag);
  }

  synchronized void put(String entityTag, byte[] sha256) {
    digests.put(entityTag, sha256);
  }
}
