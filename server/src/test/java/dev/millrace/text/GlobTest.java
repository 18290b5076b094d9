package dev.millrace.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "*.html /a/b.html true",
        "*.html /a/b.htm false",
        "/*.html /a/b.html false",
        "/a/** /a/b/c true",
        "/a/** /ab/c false",
        "/a/?/c /a/b/c true",
        "/a/?/c /a///c false",
        "*.{jpg,png} /x.png true",
        "*.{jpg,png} /x.gif false",
        "[a-c].txt /b.txt true",
        "[!a-c].txt /b.txt false",
        "[!a].txt /x/.txt false",
        "a+b(1).txt /a+b(1).txt true",
        "a.txt /axtxt false",
      })
  void globsWithoutASlashMatchNamesAndOthersMatchPaths(String glob, String path, boolean matches) {
    assertEquals(matches, Glob.of(glob).matches(path));
  }

  @Test
  void emptyAndUnclosedPatternsAreRejected() {
    assertThrows(IllegalArgumentException.class, () -> Glob.of(""));
    assertThrows(IllegalArgumentException.class, () -> Glob.of("{a,b"));
    assertThrows(IllegalArgumentException.class, () -> Glob.of("[a"));
  }
}
