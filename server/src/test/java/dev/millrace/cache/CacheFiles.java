package dev.millrace.cache;

import dev.millrace.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.SplittableRandom;

/** Cacheable files, requests for them and the number of cache hits. */
final class CacheFiles {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2024-02-29T12:34:56.7Z"));

  private CacheFiles() {}

  static void write(Path root, String name, int length) throws Exception {
    byte[] content = new byte[length];
    new SplittableRandom(length).nextBytes(content);
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    Files.setLastModifiedTime(file, LONG_AGO);
  }

  static long hits(RunningServer server) throws Exception {
    return (long) Double.parseDouble(server.metric("millrace_response_cache_hits_total"));
  }

  static String get(String target, String... fields) {
    return request("GET", target, fields);
  }

  static String request(String method, String target, String... fields) {
    StringBuilder text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: h\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    return text + "\r\n";
  }
}
