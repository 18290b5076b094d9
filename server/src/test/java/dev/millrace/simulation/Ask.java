package dev.millrace.simulation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A request of a simulated client.
 *
 * @param file null for a path without a file
 * @param first first byte of a range, -1 without a range
 * @param last last byte of the range
 * @param fields without those that a protocol requires
 */
record Ask(
    String method,
    String path,
    @Nullable VersionedFile file,
    int first,
    int last,
    Map<String, String> fields) {
  boolean isHead() {
    return method.equals("HEAD");
  }

  boolean isConditional() {
    return fields.containsKey("if-none-match");
  }

  /** Draws a request, which may be conditional on a tag that an answer had. */
  static Ask draw(SplittableRandom random, SimulatedTree tree, Answers answers) {
    String method = random.nextInt(6) == 0 ? "HEAD" : "GET";
    int kind = random.nextInt(20);
    if (kind == 0) {
      return new Ask(method, "/none/" + random.nextInt(3), null, -1, -1, Map.of());
    }
    if (kind == 1) {
      return new Ask(method, "/sub/", null, -1, -1, Map.of());
    }
    VersionedFile file = tree.any(random);
    Map<String, String> fields = new LinkedHashMap<>();
    int first = -1;
    int last = -1;
    if (random.nextInt(4) == 0) {
      first = random.nextInt(Math.max(1, Math.min(file.current().length() + 10, 150_000)));
      last = first + random.nextInt(random.nextBoolean() ? 100 : 100_000);
      fields.put("range", "bytes=" + first + "-" + last);
    }
    List<String> tags = answers.tags(file);
    if (!tags.isEmpty() && random.nextInt(4) == 0) {
      fields.put("if-none-match", tags.get(random.nextInt(tags.size())));
    } else if (!tags.isEmpty() && first >= 0 && random.nextInt(3) == 0) {
      fields.put("if-range", tags.get(random.nextInt(tags.size())));
    }
    if (random.nextInt(5) == 0) {
      fields.put("want-repr-digest", "sha-256=10");
    }
    if (random.nextInt(5) == 0) {
      fields.put("accept-encoding", "gzip");
    }
    return new Ask(method, "/" + file.name, file, first, last, fields);
  }
}
