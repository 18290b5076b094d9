package dev.millrace.http.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 §13.2.2 step by step, for a file of 100 bytes that was modified at 08:49:37. */
class ResponsePlanTest {
  private static final String AT = "Sun, 06 Nov 1994 08:49:37 GMT";
  private static final long AT_SECONDS = 784_111_777L;
  private static final long NOW = 1_790_000_000L;
  private static final Representation FILE =
      new Representation(100, List.of("\"new\"", "\"old\""), AT_SECONDS);

  /** Replaces names by dates, which keeps the rows readable. */
  private static String date(String text) {
    if (text == null) {
      return null;
    }
    return text.replace("before", "Sun, 06 Nov 1994 08:49:36 GMT")
        .replace("same", AT)
        .replace("after", "Sun, 06 Nov 1994 08:49:38 GMT");
  }

  private static String outcome(ResponsePlan plan) {
    return switch (plan) {
      case ResponsePlan.Whole _ -> "200";
      case ResponsePlan.Part(ByteRange r) -> "206 " + r.first() + "-" + r.last();
      case ResponsePlan.Parts(List<ByteRange> ranges) -> "206 x" + ranges.size();
      case ResponsePlan.NotModified _ -> "304";
      case ResponsePlan.PreconditionFailed _ -> "412";
      case ResponsePlan.RangeNotSatisfiable _ -> "416";
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // If-Match | If-Unmodified-Since | If-None-Match | If-Modified-Since | outcome
        "-              | -      | -              | -      | 200",
        // step 1: If-Match, compared strongly
        "*              | -      | -              | -      | 200",
        "\"new\"        | -      | -              | -      | 200",
        "\"old\"        | -      | -              | -      | 200",
        "\"x\", \"new\" | -      | -              | -      | 200",
        "\"x\"          | -      | -              | -      | 412",
        "W/\"new\"      | -      | -              | -      | 412",
        "new            | -      | -              | -      | 412",
        // step 2: If-Unmodified-Since, only without If-Match
        "-              | before | -              | -      | 412",
        "-              | same   | -              | -      | 200",
        "-              | after  | -              | -      | 200",
        "-              | no date| -              | -      | 200",
        "\"new\"        | before | -              | -      | 200",
        // step 3: If-None-Match, compared weakly
        "-              | -      | *              | -      | 304",
        "-              | -      | \"new\"        | -      | 304",
        "-              | -      | \"old\"        | -      | 304",
        "-              | -      | W/\"new\"      | -      | 304",
        "-              | -      | \"x\",\"new\"  | -      | 304",
        "-              | -      | \"x\"          | -      | 200",
        "-              | -      | new            | -      | 200",
        // step 4: If-Modified-Since, only without If-None-Match
        "-              | -      | -              | before | 200",
        "-              | -      | -              | same   | 304",
        "-              | -      | -              | after  | 304",
        "-              | -      | -              | no date| 200",
        "-              | -      | \"x\"          | after  | 200",
        "-              | -      | \"new\"        | before | 304",
        // precedence
        "\"x\"          | -      | \"new\"        | -      | 412",
        "\"new\"        | -      | \"new\"        | -      | 304",
        "-              | before | -              | after  | 412",
        "-              | after  | -              | after  | 304",
      })
  void preconditionsAreEvaluatedInOrder(
      String ifMatch,
      String ifUnmodifiedSince,
      String ifNoneMatch,
      String ifModifiedSince,
      String outcome) {
    for (boolean get : new boolean[] {true, false}) {
      RequestFields request =
          new RequestFields(
              get,
              ifMatch,
              ifNoneMatch,
              date(ifModifiedSince),
              date(ifUnmodifiedSince),
              null,
              null);
      assertEquals(outcome, outcome(ResponsePlan.of(request, FILE, NOW, 256)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // If-Range | Range | outcome
        "-          | bytes=0-9     | 206 0-9",
        "\"new\"    | bytes=0-9     | 206 0-9",
        "\"old\"    | bytes=0-9     | 206 0-9",
        "W/\"new\"  | bytes=0-9     | 200",
        "\"x\"      | bytes=0-9     | 200",
        "\"new\", \"x\" | bytes=0-9 | 200",
        "*          | bytes=0-9     | 200",
        "before     | bytes=0-9     | 200",
        "same       | bytes=0-9     | 206 0-9",
        "after      | bytes=0-9     | 200",
        "no date    | bytes=0-9     | 200",
        "\"x\"      | bytes=900-    | 200",
        "\"new\"    | bytes=900-    | 416",
        "-          | bytes=0-1,4-5 | 206 x2",
        "-          | bytes=0-3,2-5 | 206 0-5",
        "same       | -             | 200",
      })
  void rangesApplyIfTheirConditionHolds(String ifRange, String range, String outcome) {
    RequestFields get = new RequestFields(true, null, null, null, null, date(ifRange), range);
    assertEquals(outcome, outcome(ResponsePlan.of(get, FILE, NOW, 256)));
  }

  @Test
  void headIgnoresRanges() {
    RequestFields head = new RequestFields(false, null, null, null, null, null, "bytes=900-");
    assertEquals("200", outcome(ResponsePlan.of(head, FILE, NOW, 256)));
  }

  @Test
  void conditionsComeBeforeTheRange() {
    RequestFields both = new RequestFields(true, null, "\"new\"", null, null, null, "bytes=0-9");
    assertEquals("304", outcome(ResponsePlan.of(both, FILE, NOW, 256)));
    RequestFields failed = new RequestFields(true, "\"x\"", null, null, null, null, "bytes=900-");
    assertEquals("412", outcome(ResponsePlan.of(failed, FILE, NOW, 256)));
  }
}
