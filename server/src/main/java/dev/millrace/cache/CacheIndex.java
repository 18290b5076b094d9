package dev.millrace.cache;

import dev.millrace.file.FileStat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers by their keys, and by the files that they are of. Loop thread only. */
final class CacheIndex {
  private @Nullable CachedResponse[] buckets = new CachedResponse[256];
  private final Map<FileId, List<CachedResponse>> byFile = new HashMap<>();
  private int count;

  /** A file, whatever its names. */
  private record FileId(long device, long inode) {
    static FileId of(CachedResponse answer) {
      FileStat stat = answer.stat();
      return new FileId(stat.device(), stat.inode());
    }
  }

  int count() {
    return count;
  }

  /** The answer to the key gathered last, or null. */
  @Nullable CachedResponse find(CacheKeyBuilder gathered, int length, int hash) {
    CachedResponse answer = buckets[hash & (buckets.length - 1)];
    while (answer != null && !(answer.hash() == hash && gathered.is(answer.key(), length))) {
      answer = answer.nextInBucket;
    }
    return answer;
  }

  /** The answer to a key, or null. */
  @Nullable CachedResponse find(byte[] key, int hash) {
    CachedResponse answer = buckets[hash & (buckets.length - 1)];
    while (answer != null && !(answer.hash() == hash && Arrays.equals(key, answer.key()))) {
      answer = answer.nextInBucket;
    }
    return answer;
  }

  /** All answers that are of a file. */
  List<CachedResponse> ofFile(long device, long inode) {
    List<CachedResponse> found = byFile.get(new FileId(device, inode));
    return found == null ? List.of() : List.copyOf(found);
  }

  /** Adds an answer to a key that has none. */
  void add(CachedResponse answer) {
    if (++count > buckets.length) {
      grow();
    }
    chain(answer, buckets);
    byFile.computeIfAbsent(FileId.of(answer), _ -> new ArrayList<>(2)).add(answer);
  }

  private static void chain(CachedResponse answer, @Nullable CachedResponse[] buckets) {
    int bucket = answer.hash() & (buckets.length - 1);
    answer.nextInBucket = buckets[bucket];
    buckets[bucket] = answer;
  }

  private void grow() {
    @Nullable CachedResponse[] larger = new CachedResponse[buckets.length * 2];
    for (CachedResponse first : buckets) {
      for (CachedResponse answer = first; answer != null; ) {
        CachedResponse next = answer.nextInBucket;
        chain(answer, larger);
        answer = next;
      }
    }
    buckets = larger;
  }

  /** Removes an answer that is here. */
  void remove(CachedResponse answer) {
    count--;
    int bucket = answer.hash() & (buckets.length - 1);
    CachedResponse before = null;
    for (CachedResponse at = buckets[bucket]; at != answer && at != null; at = at.nextInBucket) {
      before = at;
    }
    if (before == null) {
      buckets[bucket] = answer.nextInBucket;
    } else {
      before.nextInBucket = answer.nextInBucket;
    }
    FileId id = FileId.of(answer);
    List<CachedResponse> ofFile = byFile.get(id);
    if (ofFile != null && ofFile.remove(answer) && ofFile.isEmpty()) {
      byFile.remove(id);
    }
  }
}
