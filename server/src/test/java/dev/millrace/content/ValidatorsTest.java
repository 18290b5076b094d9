package dev.millrace.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.http.semantics.ContentCoding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValidatorsTest {
  private static FileStat stat(long inode, long changedSeconds, int changedNanos) {
    return new FileStat(1, inode, 0100644, 1, 9, 1, 0, changedSeconds, changedNanos);
  }

  private static List<String> tags(FileStat stat) {
    return Validators.entityTags(stat, null, Digests.NONE);
  }

  @Test
  void inodeAndChangeTimeDistinguishVersions() {
    FileStat one = stat(7, 1000, 5);
    assertEquals(tags(one), tags(stat(7, 1000, 5)));
    assertNotEquals(tags(one), tags(stat(8, 1000, 5)));
    assertNotEquals(tags(one), tags(stat(7, 1001, 5)));
    assertNotEquals(tags(one), tags(stat(7, 1000, 6)));
    assertNotEquals(tags(one), Validators.entityTags(one, ContentCoding.GZIP, Digests.NONE));
    assertTrue(tags(one).getFirst().startsWith("\"1.0-9-"), tags(one).toString());
  }

  @Test
  void recentlyChangedFilesHaveAWeakETagUntilTheDigestIsKnown() {
    long now = System.currentTimeMillis() / 1000;
    FileStat fresh = stat(7, now + 10, 0); // the file system's clock is ahead
    assertEquals(1, tags(fresh).size());
    assertTrue(tags(fresh).getFirst().startsWith("W/\""), tags(fresh).toString());
    FileStat old = stat(7, 1000, 0);
    assertTrue(!tags(old).getFirst().contains("unsettled"));
    Digests known = Digests.of(Map.of(Algorithm.SHA_256, new byte[32]));
    List<String> ofContent = Validators.entityTags(fresh, null, known);
    assertEquals(Validators.entityTags(old, null, known).getFirst(), ofContent.getFirst());
    assertEquals(1, ofContent.size());
  }
}
