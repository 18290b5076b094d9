package dev.millrace.cache;

import dev.millrace.file.FileStat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds cached responses by key and by file. Loop thread only. */
final class CacheIndex {
  private @Nullable CachedResponse[] buckets = new CachedResponse[256];
  private final Map<FileId, List<CachedResponse>> byFile = new HashMap<>();
  private int count;

  /** The identity of a file, independent of its names. */
  private record FileId(long device, long inode) {
    static FileId of(CachedResponse response) {
      FileStat stat = response.stat();
      return new FileId(stat.device(), stat.inode());
    }
  }

  int count() {
    return count;
  }

  /** The response for the last key of a builder, or null. */
  @Nullable CachedResponse find(CacheKeyBuilder gathered, int length, int hash) {
    CachedResponse response = buckets[hash & (buckets.length - 1)];
    while (response != null && !(response.hash() == hash && gathered.is(response.key(), length))) {
      response = response.nextInBucket;
    }
    return response;
  }

  /** The response for a key, or null. */
  @Nullable CachedResponse find(byte[] key, int hash) {
    CachedResponse response = buckets[hash & (buckets.length - 1)];
    while (response != null && !(response.hash() == hash && Arrays.equals(key, response.key()))) {
      response = response.nextInBucket;
    }
    return response;
  }

  /** All responses of a file. */
  List<CachedResponse> ofFile(long device, long inode) {
    List<CachedResponse> found = byFile.get(new FileId(device, inode));
    return found == null ? List.of() : List.copyOf(found);
  }

  /** Adds a response; its key must not be present. */
  void add(CachedResponse response) {
    if (++count > buckets.length) {
      grow();
    }
    chain(response, buckets);
    byFile.computeIfAbsent(FileId.of(response), _ -> new ArrayList<>(2)).add(response);
  }

  private static void chain(CachedResponse response, @Nullable CachedResponse[] buckets) {
    int bucket = response.hash() & (buckets.length - 1);
    response.nextInBucket = buckets[bucket];
    buckets[bucket] = response;
  }

  private void grow() {
    @Nullable CachedResponse[] larger = new CachedResponse[buckets.length * 2];
    for (CachedResponse first : buckets) {
      for (CachedResponse response = first; response != null; ) {
        CachedResponse next = response.nextInBucket;
        chain(response, larger);
        response = next;
      }
    }
    buckets = larger;
  }

  /** Removes a response, which must be present. */
  void remove(CachedResponse response) {
    count--;
    int bucket = response.hash() & (buckets.length - 1);
    CachedResponse before = null;
    for (CachedResponse at = buckets[bucket]; at != response && at != null; at = at.nextInBucket) {
      before = at;
    }
    if (before == null) {
      buckets[bucket] = response.nextInBucket;
    } else {
      before.nextInBucket = response.nextInBucket;
    }
    FileId id = FileId.of(response);
    List<CachedResponse> ofFile = byFile.get(id);
    if (ofFile != null && ofFile.remove(response) && ofFile.isEmpty()) {
      byFile.remove(id);
    }
  }
}
