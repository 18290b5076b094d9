package dev.millrace.http.semantics;

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
    return switch (RangeField.of(field, size, 256)) {
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
  void rangesOfAFileOf100Bytes(String field, String expected) {
    assertEquals(expected, read(field, 100));
  }

  @Test
  void rangesOfAnEmptyFileAreIgnored() {
    for (String field : List.of("bytes=0-0", "bytes=-1", "bytes=-0", "bytes=5-")) {
      assertEquals("ignored", read(field, 0), field);
    }
    assertEquals("ignored", read(null, 100));
  }

  /** One-byte ranges; with a large step the gaps exceed a part's framing. */
  private static String spaced(int ranges, int step) {
    return IntStream.range(0, ranges)
        .mapToObj(i -> i * step + "-" + i * step)
        .collect(Collectors.joining(","));
  }

  @Test
  void ascendingRangesAreSatisfiedUpToTheBound() {
    assertEquals(256, read("bytes=" + spaced(256, 1000), 1 << 20).split(" ").length);
    assertEquals("ignored", read("bytes=" + spaced(257, 1000), 1 << 20));
    assertEquals("ignored", read("bytes=" + "0-,".repeat(100_000), 100));
    assertEquals("0-0", read("bytes=" + ",".repeat(30_000) + "0-0", 100));
  }

  @Test
  void moreThanSixteenRangesMustAscendWithoutOverlap() {
    String sixteen = spaced(16, 1000);
    assertEquals(16, read("bytes=" + sixteen, 1 << 20).split(" ").length);
    assertEquals(17, read("bytes=" + sixteen + ",90000-90000", 1 << 20).split(" ").length);
    assertEquals("ignored", read("bytes=" + sixteen + ",500-500", 1 << 20), "descends");
    assertEquals("ignored", read("bytes=" + sixteen + ",15000-16000", 1 << 20), "overlaps");
    assertEquals("ignored", read("bytes=" + sixteen + ",-1040000", 1 << 20), "overlaps");
    assertEquals(16, read("bytes=500000-500000," + spaced(15, 1000), 1 << 20).split(" ").length);
  }

  @Test
  void tinyRangesAreCoalescedOverGapsSmallerThanAPartsFraming() {
    assertEquals("0-510", read("bytes=" + spaced(256, 2), 1 << 20));
    assertEquals("0-20400", read("bytes=" + spaced(256, 80), 1 << 20));
    assertEquals(256, read("bytes=" + spaced(256, 81), 1 << 20).split(" ").length);
  }

  @Test
  void theBoundMayBeOneOrZero() {
    RangeField one = RangeField.of("bytes=0-0", 100, 1);
    assertEquals(new RangeField.Satisfiable(List.of(new ByteRange(0, 0))), one);
    assertEquals(new RangeField.Ignored(), RangeField.of("bytes=0-0,5-5", 100, 1));
    assertEquals(new RangeField.Ignored(), RangeField.of("bytes=0-0", 100, 0));
    assertEquals(new RangeField.Ignored(), RangeField.of("bytes=200-", 100, 0));
  }

  @Test
  void rangesCoverExactlyTheRequestedBytesOnce() {
    Random random = new Random(5);
    for (int round = 0; round < 20_000; round++) {
      int size = 1 + random.nextInt(40);
      StringBuilder field = new StringBuilder("bytes=");
      boolean[] requested = new boolean[size];
      for (int i = random.nextInt(6); i >= 0; i--) {
        int first = random.nextInt(50);
        int last = first + random.nextInt(20);
        field.append(first).append('-').append(last).append(i == 0 ? "" : ",");
        for (int at = first; at <= Math.min(last, size - 1); at++) {
          requested[at] = true;
        }
      }
      boolean[] sent = new boolean[size];
      if (RangeField.of(field.toString(), size, 256)
          instanceof RangeField.Satisfiable(var ranges)) {
        for (ByteRange range : ranges) {
          for (long at = range.first(); at <= range.last(); at++) {
            assertTrue(!sent[(int) at], () -> field + " sends a byte twice");
            sent[(int) at] = true;
          }
        }
      }
      for (int at = 0; at < size; at++) {
        assertEquals(requested[at], sent[at], field + " of " + size + " at " + at);
      }
    }
  }
}
