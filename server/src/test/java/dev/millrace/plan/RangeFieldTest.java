package dev.millrace.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeFieldTest {
  private static String read(String field, long size) {
    return switch (RangeField.of(field, size)) {
      case RangeField.Ignored _ -> "ignored";
      case RangeField.Unsatisfiable _ -> "416";
      case RangeField.Satisfiable(List<ByteRange> ranges) ->
          ranges.stream()
              .map(range -> range.first() + "-" + range.last())
              .collect(Collectors.joining(" "));
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-0                      | 0-0",
        "bytes=0-                       | 0-99",
        "bytes=99-                      | 99-99",
        "bytes=100-                     | 416",
        "bytes=10-1000                  | 10-99",
        "bytes=-1                       | 99-99",
        "bytes=-100                     | 0-99",
        "bytes=-1000                    | 0-99",
        "bytes=-0                       | 416",
        "bytes=0-0,-0                   | 0-0",
        "bytes=200-300,0-1              | 0-1",
        "bytes=5-3                      | ignored",
        "bytes=0-1,5-3                  | ignored",
        "bytes=a-b                      | ignored",
        "bytes=0x1-2                    | ignored",
        "bytes=+1-2                     | ignored",
        "bytes= 1 - 2                   | ignored",
        "bytes=1-2-3                    | ignored",
        "bytes=--5                      | ignored",
        "bytes=-                        | ignored",
        "bytes=                         | ignored",
        "bytes=,                        | ignored",
        "bytes                          | ignored",
        "bytes:0-1                      | ignored",
        "items=0-1                      | ignored",
        "BYTES=0-1                      | 0-1",
        "bytes=0-1 , 5-6                | 0-1 5-6",
        "bytes=,0-1,,5-6,               | 0-1 5-6",
        "bytes=50-59,0-9                | 50-59 0-9",
        "bytes=0-9,10-19                | 0-9 10-19",
        "bytes=0-10,10-19               | 0-19",
        "bytes=50-59,0-9,55-70          | 0-9 50-70",
        "bytes=0-,0-,0-                 | 0-99",
        "bytes=99999999999999999999-    | 416",
        "bytes=0-99999999999999999999   | 0-99",
        "bytes=-99999999999999999999    | 0-99",
        "bytes=99999999999999999999-5   | ignored",
      })
  void ofAHundredBytes(String field, String expected) {
    assertEquals(expected, read(field, 100));
  }

  @Test
  void anEmptyFileHasNoRanges() {
    for (String field : List.of("bytes=0-0", "bytes=-1", "bytes=-0", "bytes=5-")) {
      assertEquals("ignored", read(field, 0), field);
    }
    assertEquals("ignored", read(null, 100));
  }

  @Test
  void sixteenRangesAreAnsweredAndSeventeenAreTheWhole() {
    String sixteen =
        IntStream.range(0, 16).mapToObj(i -> i * 4 + "-" + i * 4).collect(Collectors.joining(","));
    assertEquals(16, read("bytes=" + sixteen, 100).split(" ").length);
    assertEquals("ignored", read("bytes=" + sixteen + ",90-91", 100));
    assertEquals("ignored", read("bytes=" + "0-,".repeat(100_000), 100));
  }

  @Test
  void whateverIsAskedForLiesWithinAndNothingIsSentTwice() {
    Random random = new Random(5);
    for (int round = 0; round < 20_000; round++) {
      int size = 1 + random.nextInt(40);
      StringBuilder field = new StringBuilder("bytes=");
      boolean[] wanted = new boolean[size];
      for (int i = random.nextInt(6); i >= 0; i--) {
        int first = random.nextInt(50);
        int last = first + random.nextInt(20);
        field.append(first).append('-').append(last).append(i == 0 ? "" : ",");
        for (int at = first; at <= Math.min(last, size - 1); at++) {
          wanted[at] = true;
        }
      }
      boolean[] sent = new boolean[size];
      if (RangeField.of(field.toString(), size) instanceof RangeField.Satisfiable(var ranges)) {
        for (ByteRange range : ranges) {
          for (long at = range.first(); at <= range.last(); at++) {
            assertTrue(!sent[(int) at], () -> field + " sends a byte twice");
            sent[(int) at] = true;
          }
        }
      }
      for (int at = 0; at < size; at++) {
        assertEquals(wanted[at], sent[at], field + " of " + size + " at " + at);
      }
    }
  }
}
