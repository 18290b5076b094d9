package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DateFieldTest {
  private long millis = 784_111_777_000L;
  private final DateField field = new DateField(() -> millis);

  private String text() {
    return new String(field.text(), StandardCharsets.US_ASCII);
  }

  @Test
  void itIsUpdatedOnceATurn() {
    assertTrue(field.update(1));
    assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", text());
    millis += 1000;
    assertTrue(field.update(1));
    assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", text());
    assertTrue(field.update(2));
    assertEquals("Sun, 06 Nov 1994 08:49:38 GMT", text());
    assertEquals(DateField.BYTES, field.text().length);
  }

  @Test
  void aClockThatIsSetBackIsReportedOnce() {
    assertTrue(field.update(1));
    millis -= 86_400_000L;
    assertFalse(field.update(2));
    assertEquals("Sat, 05 Nov 1994 08:49:37 GMT", text());
    assertTrue(field.update(2));
    assertTrue(field.update(3));
    millis += 2 * 86_400_000L;
    assertTrue(field.update(4));
    assertEquals("Mon, 07 Nov 1994 08:49:37 GMT", text());
  }
}
