package dev.millrace.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WantDigestTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sha-256=1 | true",
        "sha-256=10 | true",
        "sha-512=3, sha-256=10, unixsum=0 | true",
        "md5=1,sha-256=2 | true",
        "sha-256=0 | false",
        "sha-256=1, sha-256=0 | false",
        "sha-512=5 | false",
        "sha-256 | false",
        "sha-256=11 | false",
        "sha-256=-1 | false",
        "sha-256=1.5 | false",
        "SHA-256=1 | false",
        "sha-256=1, | false",
        "sha-256=1, =3 | false",
        "'' | false",
      })
  void asksForSha256OrNot(String field, boolean wanted) {
    assertEquals(wanted, WantDigest.sha256(field));
  }

  @Test
  void noFieldAsksForNothing() {
    assertEquals(false, WantDigest.sha256(null));
  }
}
