package dev.millrace.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class JsonTextTest {
  private static String string(String text) {
    StringBuilder out = new StringBuilder();
    JsonText.string(out, text);
    return out.toString();
  }

  @Test
  void quotesControlsAndLineSeparatorsAreEscaped() {
    assertEquals("\"a\\\"b\\\\c\"", string("a\"b\\c"));
    assertEquals("\"\\n\\r\\t\\u0000\\u001f\\u007f\"", string("\n\r\t\0\u001f\u007f"));
    assertEquals("\"\\u2028\\u2029\"", string("\u2028\u2029"));
    assertEquals("\"é😀/\"", string("é😀/"));
  }

  @Test
  void nullMembersAreOmitted() {
    StringBuilder out = new StringBuilder("{\"a\":1");
    JsonText.member(out, "b", null);
    JsonText.member(out, "c", "d");
    assertEquals("{\"a\":1,\"c\":\"d\"", out.toString());
  }
}
