package dev.millrace.http.semantics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Range field (RFC 9110 §14.2).
 *
 * <p>A field that is malformed, has a unit other than {@code bytes}, or has too many ranges is
 * ignored. The RFC allows this, and it bounds the work that one request can cause.
 *
 * <ul>
 *   <li>Up to {@value #FEW_RANGES} ranges are sent in the order of the request; if any overlap,
 *       they are sorted and coalesced.
 *   <li>More ranges must ascend without overlap, as those of zsync, librepo and zchunk do;
 *       otherwise the field is ignored. A gap smaller than the framing of a part is sent too.
 * </ul>
 */
public sealed interface RangeField {
  /** Maximum number of ranges that may overlap and be in any order. */
  int FEW_RANGES = 16;

  /** Approximate size of a part's framing (RFC 9110 §15.3.7.2). */
  int FRAME_BYTES = 80;

  /** No range applies: the whole representation is sent. */
  record Ignored() implements RangeField {}

  /** No range overlaps the representation: 416. */
  record Unsatisfiable() implements RangeField {}

  /**
   * The ranges to send.
   *
   * @param ranges at least one, within the representation, without overlap
   */
  record Satisfiable(List<ByteRange> ranges) implements RangeField {
    public Satisfiable {
      ranges = List.copyOf(ranges);
    }
  }

  /**
   * Parses a field's value for a representation.
   *
   * @param field the value, or null if there is none
   * @param sizeBytes length of the representation
   * @param maxRanges maximum number of ranges, 0 for none; a field with more is ignored
   */
  static RangeField of(@Nullable String field, long sizeBytes, int maxRanges) {
    // An empty file has no satisfiable range; clients expect 200 with an empty body.
    if (field == null || sizeBytes == 0 || maxRanges == 0) {
      return new Ignored();
    }
    int equals = field.indexOf('=');
    if (equals < 0 || !field.substring(0, equals).equalsIgnoreCase("bytes")) {
      return new Ignored();
    }
    List<ByteRange> ranges = new ArrayList<>();
    int requested = 0;
    int comma = equals;
    while (comma < field.length()) {
      int from = comma + 1;
      comma = field.indexOf(',', from);
      comma = comma < 0 ? field.length() : comma;
      String spec = stripped(field.substring(from, comma));
      if (spec.isEmpty()) {
        continue; // a recipient accepts empty list elements (§5.6.1.2)
      }
      long[] bounds = bounds(spec, sizeBytes);
      if (bounds.length == 0 || ++requested > maxRanges) {
        return new Ignored();
      }
      if (bounds[0] < sizeBytes && bounds[0] <= bounds[1]) {
        ranges.add(new ByteRange(bounds[0], Math.min(bounds[1], sizeBytes - 1)));
      }
    }
    if (requested == 0) {
      return new Ignored();
    }
    if (ranges.isEmpty()) {
      return new Unsatisfiable();
    }
    if (requested <= FEW_RANGES) {
      return new Satisfiable(coalesced(ranges));
    }
    return ascend(ranges) ? new Satisfiable(withSmallGaps(ranges)) : new Ignored();
  }

  private static boolean ascend(List<ByteRange> ranges) {
    for (int i = 1; i < ranges.size(); i++) {
      if (ranges.get(i).first() <= ranges.get(i - 1).last()) {
        return false;
      }
    }
    return true;
  }

  private static List<ByteRange> withSmallGaps(List<ByteRange> ascending) {
    List<ByteRange> merged = new ArrayList<>(ascending.size());
    for (ByteRange range : ascending) {
      ByteRange before = merged.isEmpty() ? null : merged.getLast();
      if (before != null && range.first() - before.last() <= FRAME_BYTES) {
        merged.set(merged.size() - 1, new ByteRange(before.first(), range.last()));
      } else {
        merged.add(range);
      }
    }
    return merged;
  }

  /** Strips spaces and tabs only: the grammar (OWS) has no other white space. */
  private static String stripped(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) {
      from++;
    }
    while (to > from && (text.charAt(to - 1) == ' ' || text.charAt(to - 1) == '\t')) {
      to--;
    }
    return text.substring(from, to);
  }

  /** First and last position, possibly beyond the end; an empty array if malformed. */
  private static long[] bounds(String spec, long sizeBytes) {
    int dash = spec.indexOf('-');
    if (dash < 0) {
      return new long[0];
    }
    if (dash == 0) {
      long suffix = number(spec, 1, spec.length());
      return suffix < 0
          ? new long[0]
          : suffix == 0
              ? new long[] {sizeBytes, sizeBytes}
              : new long[] {Math.max(0, sizeBytes - suffix), sizeBytes - 1};
    }
    long first = number(spec, 0, dash);
    long last = dash == spec.length() - 1 ? Long.MAX_VALUE : number(spec, dash + 1, spec.length());
    return first < 0 || last < first ? new long[0] : new long[] {first, last};
  }

  /** A decimal number, saturated at {@code Long.MAX_VALUE}; -1 if malformed. */
  private static long number(String text, int from, int to) {
    if (from == to) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : value * 10 + digit;
    }
    return value;
  }

  private static List<ByteRange> coalesced(List<ByteRange> requested) {
    List<ByteRange> sorted = new ArrayList<>(requested);
    sorted.sort(Comparator.comparingLong(ByteRange::first));
    List<ByteRange> merged = new ArrayList<>();
    for (ByteRange range : sorted) {
      ByteRange before = merged.isEmpty() ? null : merged.getLast();
      if (before != null && range.first() <= before.last()) {
        merged.set(
            merged.size() - 1,
            new ByteRange(before.first(), Math.max(before.last(), range.last())));
      } else {
        merged.add(range);
      }
    }
    return merged.size() == requested.size() ? requested : merged;
  }
}
