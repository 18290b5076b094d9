package dev.millrace.digest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The passes that wait or are under way. Event thread. */
final class DigestJobs {
  /** By version those for different algorithms, each asked for while another was under way. */
  private final Map<FileVersion, List<DigestJob>> byVersion = new HashMap<>();

  private int size;

  /** One that finds out these digests at least, or null. */
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
