package dev.millrace.digest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that opens an index, checks all of it, reports that, and writes to it until killed.
 * Each digest is a function of its version, so that a wrong digest is detectable.
 */
final class KilledWriter {
  private static final int FILES = 2000;

  private KilledWriter() {}

  public static void main(String[] arguments) throws Exception {
    try (SqliteDigestStore store = SqliteDigestStore.open(Path.of(arguments[0]))) {
      System.out.println("checked " + check(store));
      Random random = new Random();
      FileVersion first = save(store, random);
      while (!first.equals(written(store, first))) {
        LockSupport.parkNanos(1_000_000);
      }
      System.out.println("writes");
      while (true) {
        var _ = save(store, random);
        LockSupport.parkNanos(20_000);
      }
    }
  }

  private static FileVersion save(SqliteDigestStore store, Random random) throws Exception {
    FileVersion version =
        new FileVersion(1, random.nextInt(FILES), random.nextInt(), random.nextInt(), 0, 0, 0);
    byte[] path = ("/file " + version.inode()).getBytes(StandardCharsets.UTF_8);
    Digests digests = Digests.of(Map.of(Algorithm.SHA_256, expected(version)));
    store.save(new IndexedFile(version, digests, path));
    return version;
  }

  /** The version in the database itself, ignoring queued writes. */
  private static FileVersion written(SqliteDigestStore store, FileVersion wanted) throws Exception {
    IndexedFile file = store.file(wanted.device(), wanted.inode());
    return file == null ? new FileVersion(0, 0, 0, 0, 0, 0, 0) : file.version();
  }

  private static byte[] expected(FileVersion version) throws Exception {
    return MessageDigest.getInstance("SHA-256")
        .digest(version.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Checks the digest of every indexed file and returns their number. */
  static long check(SqliteDigestStore store) throws Exception {
    long checked = 0;
    List<IndexedFile> page = store.after(0, -1, 500);
    while (!page.isEmpty()) {
      for (IndexedFile file : page) {
        if (!Arrays.equals(expected(file.version()), file.digests().get(Algorithm.SHA_256))) {
          throw new AssertionError("a wrong digest for " + file);
        }
        checked++;
      }
      page = store.after(1, page.getLast().version().inode(), 500);
    }
    return checked;
  }
}
