package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Finding fields in header blocks whose lengths read like names. */
class HeadFormatTest {
  private static final int DATE = 33;
  private static final int CONTENT_RANGE = 30;
  private static final int CONTENT_LENGTH = 28;
  private static final int LAST_MODIFIED = 44;

  private final ByteArrayOutputStream block = new ByteArrayOutputStream();

  /** Adds a literal with a name of the static table; returns the offset of its length. */
  private int literal(int name, int length) {
    block.write(0x0f);
    block.write(name - 15);
    int at = block.size();
    block.write(length);
    byte[] value = new byte[length];
    Arrays.fill(value, (byte) '7');
    block.writeBytes(value);
    return at;
  }

  @Test
  void everyLengthOfAFieldLeavesTheOthersFound() {
    for (int range = 9; range <= 67; range++) {
      for (int length = 1; length <= 19; length++) {
        for (boolean rangeFirst : new boolean[] {true, false}) {
          block.reset();
          block.write(0x80 | 10); // :status 206
          int before = rangeFirst ? literal(CONTENT_RANGE, range) : literal(CONTENT_LENGTH, length);
          var _ = literal(LAST_MODIFIED, 29);
          int after = rangeFirst ? literal(CONTENT_LENGTH, length) : literal(CONTENT_RANGE, range);
          int date = literal(DATE, 29) + 1;
          byte[] head = block.toByteArray();
          String what = range + " and " + length;
          assertEquals(rangeFirst ? before : after, HeadFormat.HTTP2.contentRangeAt(head), what);
          assertEquals(rangeFirst ? after : before, HeadFormat.HTTP2.contentLengthAt(head), what);
          assertEquals(date, HeadFormat.HTTP2.dateAt(head), what);
        }
      }
    }
  }

  @Test
  void aMissingFieldIsNotFound() {
    var _ = literal(CONTENT_RANGE, 13);
    assertEquals(-1, HeadFormat.HTTP2.contentLengthAt(block.toByteArray()));
    assertEquals(-1, HeadFormat.HTTP2.dateAt(block.toByteArray()));
  }
}
