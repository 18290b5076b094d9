package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormParserTest {
  private static final class Collected implements FormParser.Parts {
    final List<String> parts = new ArrayList<>();
    private StringBuilder content = new StringBuilder();

    @Override
    public void begin(String fileName) {
      content = new StringBuilder(fileName + "=");
    }

    @Override
    public void content(ByteBuffer bytes) {
      content.append(StandardCharsets.ISO_8859_1.decode(bytes));
    }

    @Override
    public void end() {
      parts.add(content.toString());
    }
  }

  private static List<String> parsed(String form, int split) throws Exception {
    Collected collected = new Collected();
    FormParser parser = new FormParser("xyz", collected);
    byte[] bytes = form.getBytes(StandardCharsets.ISO_8859_1);
    parser.parse(ByteBuffer.wrap(bytes, 0, split));
    parser.parse(ByteBuffer.wrap(bytes, split, bytes.length - split));
    assertTrue(parser.isOver());
    return collected.parts;
  }

  @Test
  void aFormIsTheSameHoweverItArrives() throws Exception {
    String form =
        "preamble\r\n--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n"
            + "--xyz  \r\nContent-Type: x/y\r\ncontent-disposition: form-data; filename=\"f\";"
            + " name=b\r\n\r\n\r\n--xy\r\r\n-\r\n--xz\r\r\n--xyz\r\n\r\n\r\n--xyz--\r\nepilogue"
            + "\r\n--xyz\r\n";
    List<String> expected = List.of("null=value", "f=\r\n--xy\r\r\n-\r\n--xz\r", "null=");
    for (int split = 0; split <= form.length(); split++) {
      assertEquals(expected, parsed(form, split), "split at " + split);
    }
    assertEquals(
        List.of("f="),
        parsed("--xyz\r\nContent-Disposition: form-data; filename=f\r\n\r\n\r\n--xyz--", 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a b.txt    | filename="a b.txt"
          a"b        | filename="a%22b"
          f          | FILENAME=f
          f          | filename="C:\\dir\\f"
          f          | filename="dir/f"
          ..         | filename="../.."
          """)
  void fileNamesAreThoseOfBrowsers(String name, String parameter) throws Exception {
    String form =
        "--xyz\r\nContent-Disposition: form-data; name=\"x\"; "
            + parameter
            + "\r\n\r\n1\r\n--xyz--\r\n";
    assertEquals(List.of(name + "=1"), parsed(form, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--xyz!", "--xyz-\r\n", "--xyz\n", "\r\n--xyzzy\r\n"})
  void aMalformedDelimiterIsRefused(String text) {
    FormParser parser = new FormParser("xyz", new Collected());
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    assertThrows(WriteException.class, () -> parser.parse(ByteBuffer.wrap(bytes)));
  }

  @Test
  void theFieldsOfAPartAreBounded() {
    FormParser parser = new FormParser("xyz", new Collected());
    byte[] bytes = ("--xyz\r\n" + "x".repeat(9_000)).getBytes(StandardCharsets.ISO_8859_1);
    assertThrows(WriteException.class, () -> parser.parse(ByteBuffer.wrap(bytes)));
    assertFalse(parser.isOver());
  }

  @Test
  void theBoundaryIsAParameterOfTheMediaType() {
    assertEquals("a b", FormParser.boundary("multipart/form-data; boundary=\"a b\""));
    assertEquals("xyz", FormParser.boundary("Multipart/Form-Data;charset=x; Boundary=xyz"));
    assertNull(FormParser.boundary("multipart/form-data"));
    assertNull(FormParser.boundary("multipart/mixed; boundary=xyz"));
    assertNull(FormParser.boundary("multipart/form-data; boundary=" + "x".repeat(71)));
    assertNull(FormParser.boundary(null));
  }
}
