package dev.millrace.digest;

import dev.millrace.sync.Mutex;
import java.util.LinkedHashMap;
import java.util.Map;

/** Digests in memory, a bounded number; those looked up longest ago go first. Any thread. */
final class DigestCache {
  /** Listings look up on workers. Held for a look-up only. */
  private final Mutex mutex = new Mutex();

  private final Map<FileVersion, Digests> digests;

  DigestCache(int most) {
    this.digests =
        new LinkedHashMap<>(1024, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<FileVersion, Digests> eldest) {
            return size() > most;
          }
        };
  }

  /** Those of a version; the same object as long as no more become known. */
  Digests get(FileVersion version) {
    mutex.lock();
    try {
      Digests known = digests.get(version); // which moves it to the end of the line
      return known == null ? Digests.NONE : known;
    } finally {
      mutex.unlock();
    }
  }

  /** Adds some; returns all of the version. */
  Digests add(FileVersion version, Digests more) {
    mutex.lock();
    try {
      Digests all = digests.getOrDefault(version, Digests.NONE).with(more);
      digests.put(version, all);
      return all;
    } finally {
      mutex.unlock();
    }
  }
}
