package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0 | 1000 | 0 | `[                        ]   0 %  0 B of 0.98 KiB, 0 B/s`",
        "1073741824 | 2147483648 | 2 | `[############            ]  50 %  1.00 GiB of 2.00 GiB, 512 MiB/s, 0:02 left`",
        "1048576 | 8589934592 | 1 | `[                        ]   0 %  1.00 MiB of 8.00 GiB, 1.00 MiB/s, 2:16:31 left`",
        "10 | 10 | 1 | `[########################] 100 %  10 B of 10 B, 10 B/s, 0:00 left`",
        "0 | 0 | 1 | `[########################] 100 %  0 B of 0 B, 0 B/s`",
      })
  void theProgressLineShowsFractionRateAndTimeLeft(
      long done, long all, long seconds, String expected) {
    assertEquals(expected, Console.line(done, all, seconds * 1_000_000_000L));
  }
}
