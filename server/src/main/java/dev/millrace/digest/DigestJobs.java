package dev.millrace.digest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The passes that are queued or running. Loop thread only. */
final class DigestJobs {
  /** Several jobs of one version compute different algorithms. */
  private final Map<FileVersion, List<DigestJob>> byVersion = new HashMap<>();

  private int size;

  /** A job that computes at least these digests, or null. */
  @Nullable DigestJob find(FileVersion version, Set<Algorithm> algorithms) {
    for (DigestJob job : byVersion.getOrDefault(version, List.of())) {
      if (job.algorithms().containsAll(algorithms)) {
        return job;
      }
    }
    return null;
  }

  boolean has(FileVersion version) {
    return byVersion.containsKey(version);
  }

  void add(DigestJob job) {
    byVersion.computeIfAbsent(job.version(), _ -> new ArrayList<>(1)).add(job);
    size++;
  }

  void remove(DigestJob job) {
    byVersion.computeIfPresent(
        job.version(),
        (_, jobs) -> {
          jobs.remove(job);
          return jobs.isEmpty() ? null : jobs;
        });
    size--;
  }

  int size() {
    return size;
  }
}
