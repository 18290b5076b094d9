package dev.millrace.digest;

import dev.millrace.sync.Mutex;
import java.util.LinkedHashMap;
import java.util.Map;

/** A bounded LRU cache of digests. Any thread. */
final class DigestCache {
  /** Worker threads that build listings use the cache too. Held for one lookup only. */
  private final Mutex mutex = new Mutex();

  private final Map<FileVersion, Digests> digests;

  DigestCache(int max) {
    this.digests =
        new LinkedHashMap<>(1024, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<FileVersion, Digests> eldest) {
            return size() > max;
          }
        };
  }

  /** The cached digests of a version; the same object until digests are added. */
  Digests get(FileVersion version) {
    mutex.lock();
    try {
      Digests known = digests.get(version); // marks the entry as most recently used
      return known == null ? Digests.NONE : known;
    } finally {
      mutex.unlock();
    }
  }

  /** Adds digests; returns all of the version. */
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
