package dev.millrace.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.files.ParsedPath;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountTest {
  private static Mount mount(String host) {
    return new Mount(host, ParsedPath.ROOT, Path.of("/srv"), MountPolicy.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({
    "a.example, a.example, true",
    "a.example, b.a.example, false",
    "*.example.org, a.example.org, true",
    "*.example.org, b.a.example.org, true",
    "*.example.org, example.org, false",
    "*.example.org, .example.org, false",
    "*.example.org, anexample.org, false",
    "'', anything, true",
    "'', '', true",
  })
  void hostsMatchExactlyWildcardsMatchSubdomainsAndNoHostMatchesAll(
      String configured, String requested, boolean matches) {
    assertEquals(matches, mount(configured).hostMatchScore(requested) > 0);
  }

  @Test
  void aMoreSpecificMatchScoresHigher() {
    int any = mount("").hostMatchScore("a.b.example");
    int below = mount("*.example").hostMatchScore("a.b.example");
    int closer = mount("*.b.example").hostMatchScore("a.b.example");
    int exact = mount("a.b.example").hostMatchScore("a.b.example");
    assertTrue(any < below && below < closer && closer < exact);
  }

  @Test
  void hostsAreComparedInLowerCaseAndWithoutTheFinalDot() {
    assertEquals("a.example", mount("A.Example.").host());
    assertEquals("a.example", Mount.canonicalHost("a.EXAMPLE."));
  }
}
