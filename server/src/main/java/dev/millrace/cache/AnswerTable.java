package dev.millrace.cache;

import dev.millrace.file.FileFacts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers by their keys, and by the files that they are of. Loop thread only. */
final class AnswerTable {
  private @Nullable HotAnswer[] buckets = new HotAnswer[256];
  private final Map<FileId, List<HotAnswer>> byFile = new HashMap<>();
  private int count;

  /** A file, whatever its names. */
  private record FileId(long device, long inode) {
    static FileId of(HotAnswer answer) {
      FileFacts facts = answer.facts();
      return new FileId(facts.device(), facts.inode());
    }
  }

  int count() {
    return count;
  }

  /** The answer to the key gathered last, or null. */
  @Nullable HotAnswer find(HotKeys gathered, int length, int hash) {
    HotAnswer answer = buckets[hash & (buckets.length - 1)];
    while (answer != null && !(answer.hash() == hash && gathered.is(answer.key(), length))) {
      answer = answer.nextInBucket;
    }
    return answer;
  }

  /** The answer to a key, or null. */
  @Nullable HotAnswer find(byte[] key, int hash) {
    HotAnswer answer = buckets[hash & (buckets.length - 1)];
    while (answer != null && !(answer.hash() == hash && Arrays.equals(key, answer.key()))) {
      answer = answer.nextInBucket;
    }
    return answer;
  }

  /** All answers that are of a file. */
  List<HotAnswer> ofFile(long device, long inode) {
    List<HotAnswer> found = byFile.get(new FileId(device, inode));
    return found == null ? List.of() : List.copyOf(found);
  }

  /** Adds an answer to a key that has none. */
  void add(HotAnswer answer) {
    if (++count > buckets.length) {
      grow();
    }
    chain(answer, buckets);
    byFile.computeIfAbsent(FileId.of(answer), _ -> new ArrayList<>(2)).add(answer);
  }

  private static void chain(HotAnswer answer, @Nullable HotAnswer[] buckets) {
    int bucket = answer.hash() & (buckets.length - 1);
    answer.nextInBucket = buckets[bucket];
    buckets[bucket] = answer;
  }

  private void grow() {
    @Nullable HotAnswer[] larger = new HotAnswer[buckets.length * 2];
    for (HotAnswer first : buckets) {
      for (HotAnswer answer = first; answer != null; ) {
        HotAnswer next = answer.nextInBucket;
        chain(answer, larger);
        answer = next;
      }
    }
    buckets = larger;
  }

  /** Removes an answer that is here. */
  void remove(HotAnswer answer) {
    count--;
    int bucket = answer.hash() & (buckets.length - 1);
    HotAnswer before = null;
    for (HotAnswer at = buckets[bucket]; at != answer && at != null; at = at.nextInBucket) {
      before = at;
    }
    if (before == null) {
      buckets[bucket] = answer.nextInBucket;
    } else {
      before.nextInBucket = answer.nextInBucket;
    }
    FileId id = FileId.of(answer);
    List<HotAnswer> ofFile = byFile.get(id);
    if (ofFile != null && ofFile.remove(answer) && ofFile.isEmpty()) {
      byFile.remove(id);
    }
  }
}
