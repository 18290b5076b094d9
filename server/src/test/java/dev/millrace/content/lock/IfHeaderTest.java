package dev.millrace.content.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 4918 §10.4. */
class IfHeaderTest {
  /** The request's resource has the token urn:a and the tag "1"; /other has urn:b and "2". */
  private static final IfHeader.State STATE =
      new IfHeader.State() {
        @Override
        public boolean hasToken(String resource, String token) {
          return token.equals(resource == null ? "urn:a" : "urn:b");
        }

        @Override
        public boolean hasEntityTag(String resource, String entityTag) {
          return entityTag.equals(resource == null ? "\"1\"" : "\"2\"");
        }
      };

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          true  | (<urn:a>)
          false | (<urn:b>)
          true  | (<urn:b>) (<urn:a>)
          true  | (<urn:a> ["1"])
          false | (<urn:a> ["2"])
          true  | (Not <urn:b>)
          false | (Not <urn:a>)
          true  | (<urn:b>) (Not <DAV:no-lock> ["1"])
          true  | </other> (<urn:b> ["2"])
          false | </other> (<urn:a>)
          true  | </other> (<urn:a>) (["2"])
          true  | </one>(<urn:a>)</other>(<urn:b>)
          """)
  void aFieldHoldsIfOneListHolds(boolean holds, String field) {
    assertEquals(holds, IfHeader.parse(field).orElseThrow().holds(STATE), field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "x",
        "()",
        "(",
        "(<urn:a>",
        "(<urn:a)",
        "([\"1\")",
        "(urn:a)",
        "(Not)",
        "(<>)",
        "</other>",
        "</a> </b> (<urn:a>)",
        "(<urn:a>) </b> (<urn:a>)",
        "(<urn:a>) x",
        "(<urn:a>) ("
      })
  void malformedFieldsAreNotParsed(String field) {
    assertTrue(IfHeader.parse(field).isEmpty(), field);
  }

  @Test
  void allTokensAreSubmittedAndTheirNumberIsBounded() {
    IfHeader parsed =
        IfHeader.parse("</a> (<urn:a> [\"1\"]) (Not <urn:b>) </b> (<urn:c>)").orElseThrow();
    assertEquals(Set.of("urn:a", "urn:b", "urn:c"), parsed.tokens());
    assertTrue(IfHeader.parse(null).orElseThrow().holds(STATE), "no field");
    assertTrue(IfHeader.parse("(<urn:a>)".repeat(257)).isEmpty());
  }
}
