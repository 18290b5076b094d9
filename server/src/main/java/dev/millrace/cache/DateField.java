package dev.millrace.cache;

import dev.millrace.http.semantics.HttpDate;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

/** The value of Date, updated at most once a turn of the loop. Loop thread only. */
final class DateField {
  static final int BYTES = 29;

  private final LongSupplier wallMillis;
  private byte[] text = {};
  private long second = Long.MIN_VALUE;
  private long turn = -1;

  /**
   * @param wallMillis as {@link System#currentTimeMillis}
   */
  DateField(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
  }

  /**
   * Updates the value.
   *
   * @param now identifies the turn
   * @return false if the value is earlier than before, because the clock was set back
   */
  boolean update(long now) {
    if (turn == now) {
      return true;
    }
    turn = now;
    long before = second;
    second = wallMillis.getAsLong() / 1000;
    if (second != before) {
      text = HttpDate.format(second).getBytes(StandardCharsets.US_ASCII);
    }
    return second >= before;
  }

  /** The value, 29 bytes, after an update. */
  byte[] text() {
    return text;
  }
}
