package dev.millrace.content.checksum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.millrace.digest.Algorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksumFilesTest {
  @Test
  void theSuffixNamesTheAlgorithm() {
    assertEquals(Algorithm.SHA_256, ChecksumFiles.algorithm("a.iso.sha256"));
    assertEquals(Algorithm.MD5, ChecksumFiles.algorithm("a.md5"));
    assertNull(ChecksumFiles.algorithm(".sha256"));
    assertNull(ChecksumFiles.algorithm("sha256"));
    assertNull(ChecksumFiles.algorithm("a.SHA256"));
    assertNull(ChecksumFiles.algorithm("a.sha256.txt"));
  }

  /** A client would read a fallback page under such a name as a wrong checksum. */
  @ParameterizedTest
  @CsvSource({
    "a.sha256, true", "a.SHA512, true", "SHA256SUMS, true", "md5sums, true",
    "SHA256SUMS.json, true", "sums.html, false", "index.html, false", "'', false",
  })
  void checksumNamesAreRecognised(String name, boolean checksum) {
    assertEquals(checksum, ChecksumFiles.isChecksumName(name));
  }
}
