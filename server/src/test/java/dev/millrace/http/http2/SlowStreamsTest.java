package dev.millrace.http.http2;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SlowStreamsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int MIN_BYTES = 256;

  private final Http2Stream stream = new Http2Stream(1, 3, 0, SECOND);

  /** Looks once a second; sends so many bytes in each. Returns the second of the verdict, or -1. */
  private int watch(int seconds, int bytesASecond, boolean waitsForWindow) {
    for (int i = 1; i <= seconds; i++) {
      stream.sentBytes += bytesASecond;
      if (SlowStreams.isSlow(stream, waitsForWindow, MIN_BYTES, i * SECOND)) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void aStreamThatSendsNothingForAMinuteIsSlow() {
    int verdict = watch(200, 0, true);
    assertTrue(verdict >= 60 && verdict <= 63, "after " + verdict + " s");
  }

  @Test
  void aWindowOpenedByteByByteDoesNotHelp() {
    assertTrue(watch(200, 1, true) > 0);
  }

  @Test
  void theMinimumIsEnough() {
    assertTrue(watch(600, MIN_BYTES + 10, true) < 0);
  }

  @Test
  void aStreamThatWaitsForOthersIsNotSlow() {
    assertTrue(watch(600, 0, false) < 0);
  }

  @Test
  void theMinuteBeginsAgainWhenTheWindowWasOpen() {
    assertTrue(watch(50, 0, true) < 0);
    assertFalse(SlowStreams.isSlow(stream, false, MIN_BYTES, 51 * SECOND));
    for (int i = 52; i < 110; i++) {
      assertFalse(SlowStreams.isSlow(stream, true, MIN_BYTES, i * SECOND), i + " s");
    }
  }

  @Test
  void withoutAMinimumNothingIsSlow() {
    for (int i = 1; i < 200; i++) {
      assertFalse(SlowStreams.isSlow(stream, true, 0, i * SECOND));
    }
  }
}
