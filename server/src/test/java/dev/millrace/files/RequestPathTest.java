package dev.millrace.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
  private static ParsedPath names(String target) {
    return assertInstanceOf(ParsedPath.class, RequestPath.parse(target), target);
  }

  private static String relative(String target) {
    return new String(names(target).relative(""), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "/,.",
    "/a,a",
    "/a/b,a/b",
    "//a///b,a/b",
    "/./a/.,a",
    "/a/../b,b",
    "/a/b/../../c,c",
    "/a%20b,a b",
    "/%C3%BC,ü",
    "/%2e%2e%2e,...",
    "/a/%2e%2e/b,b",
  })
  void pathsAreDecodedAndNormalised(String target, String expected) {
    assertEquals(expected, relative(target));
  }

  @Test
  void percentSignsAreDecodedOnlyOnce() {
    assertEquals("%2e%2e", relative("/%252e%252e"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "*",
        "/..",
        "/../a",
        "/a/../../b",
        "/%2e%2e/a",
        "/%",
        "/%1",
        "/%zz",
        "/%00",
        "/a%00b",
        "/a b",
        "/a\tb",
        "/\u007f",
        "/\u0100"
      })
  void malformedPathsAndPathsAboveTheRootAreRejected(String target) {
    assertInstanceOf(RequestPath.Malformed.class, RequestPath.parse(target), target);
  }

  @Test
  void anEncodedSlashMatchesNoFile() {
    assertInstanceOf(RequestPath.Impossible.class, RequestPath.parse("/a%2fb"));
  }

  @Test
  void bytesThatAreNotUtf8AreKept() {
    assertEquals((byte) 0xff, names("/%FF").segments().getFirst()[0]);
  }

  @Test
  void pathsThatEndInASlashOrDotsAreDirectories() {
    for (String directory : new String[] {"/", "/a/", "/a/.", "/a/b/.."}) {
      assertTrue(names(directory).directory(), directory);
    }
    assertFalse(names("/a").directory());
  }

  @Test
  void encodedDirectoryIsAPathOnTheSameHost() {
    assertEquals("/evil.example/x/", names("//evil.example/x").encodedDirectory());
    assertEquals("/a%20b%22/%C3%BC/", names("/a%20b%22/%c3%bc").encodedDirectory());
  }

  @Test
  void dotNamesAreHiddenExceptWellKnownAtTheRoot() {
    assertTrue(names("/.git/config").isHidden(0));
    assertTrue(names("/a/.env").isHidden(0));
    assertTrue(names("/a/.well-known/x").isHidden(0));
    assertTrue(names("/.well-known/.x").isHidden(0));
    assertFalse(names("/.well-known/acme").isHidden(0));
    assertFalse(names("/a.b").isHidden(0));
  }

  @Test
  void anIndexNameIsAppendedToItsDirectory() {
    assertEquals(
        "a/index.html", new String(names("/a/").relative("index.html"), StandardCharsets.UTF_8));
    assertEquals(
        "index.html", new String(names("/").relative("index.html"), StandardCharsets.UTF_8));
  }
}
