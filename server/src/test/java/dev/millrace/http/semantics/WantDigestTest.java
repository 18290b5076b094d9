package dev.millrace.http.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WantDigestTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sha-256=1 | sha-256",
        "sha-256=10 | sha-256",
        "sha-512=3, sha-256=10, unixsum=0 | sha-256 sha-512",
        "sha-256=3, sha-512=3 | sha-256 sha-512",
        "md5=1,sha-256=2 | sha-256 md5",
        "  sha-256=1  | sha-256",
        "sha-256=1\t,\tsha-512=2 | sha-512 sha-256",
        "sha-256=0 | ``",
        "sha-256=1, sha-256=0 | ``",
        "sha-256=0, sha-256=4 | sha-256",
        // valid members that are not preferences are ignored
        "sha-256, sha-512=5 | sha-512",
        "sha-256=11, sha-512=1 | sha-512",
        "sha-256=-1 | ``",
        "sha-256=1.5, sha-512=1 | sha-512",
        "sha-256=?1, sha-512=1 | sha-512",
        "sha-256=\"5\", sha-512=1 | sha-512",
        "sha-256=:YQ==:, sha-512=1 | sha-512",
        "sha-256=(1 2;a=b), sha-512=1 | sha-512",
        "sha-256=@1659578233, sha-512=1 | sha-512",
        "sha-256=%\"f%c3%bc\", sha-512=1 | sha-512",
        "sha-256=5;q=1;x, sha-512=1;y=(, sha-256=1 | ``",
        "sha-256=5;q=\"a,b\";x, sha-512=1 | sha-256 sha-512",
        // a malformed member invalidates the whole field
        "SHA-256=1 | ``",
        "sha-256=1, | ``",
        "sha-256=1, =3 | ``",
        "sha-256=1 sha-512=1 | ``",
        "sha-256 =1 | ``",
        "sha-256= 1 | ``",
        "sha-256=1,,sha-512=1 | ``",
        "sha-256=1234567890123456 | ``",
        "sha-256=1.2345 | ``",
        "sha-256=1. | ``",
        "sha-256=- | ``",
        "sha-256=\"a, sha-512=1 | ``",
        "sha-256=?2 | ``",
        "sha-256=@1.5 | ``",
        "sha-256=(1,2) | ``",
        "sha-256=1;Q=2 | ``",
        "`` | ``",
      })
  void algorithmsAreOrderedByPreference(String field, String wanted) {
    assertEquals(wanted, String.join(" ", WantDigest.preferred(field)));
  }

  @Test
  void withoutTheFieldNoDigestIsRequested() {
    assertEquals(List.of(), WantDigest.preferred(null));
  }
}
