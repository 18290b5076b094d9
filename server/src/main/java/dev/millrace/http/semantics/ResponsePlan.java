package dev.millrace.http.semantics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a GET or HEAD of an existing representation is answered with. */
public sealed interface ResponsePlan {
  /** 200, all of it. */
  record Whole() implements ResponsePlan {}

  /** 206, one range. */
  record Part(ByteRange range) implements ResponsePlan {}

  /**
   * 206, multipart/byteranges.
   *
   * @param ranges two or more
   */
  record Parts(List<ByteRange> ranges) implements ResponsePlan {
    public Parts {
      ranges = List.copyOf(ranges);
    }
  }

  /** 304. */
  record NotModified() implements ResponsePlan {}

  /** 412. */
  record PreconditionFailed() implements ResponsePlan {}

  /** 416. */
  record RangeNotSatisfiable() implements ResponsePlan {}

  /**
   * Decides, in the order of RFC 9110 §13.2.2.
   *
   * @param nowSeconds the present, seconds since the epoch
   * @param maxRanges as {@link RangeField#of} has it
   */
  static ResponsePlan of(
      RequestFields request, Representation current, long nowSeconds, int maxRanges) {
    if (request.ifMatch() != null) {
      if (!isAny(request.ifMatch())
          && !EntityTags.match(request.ifMatch(), current.tags(), false)) {
        return new PreconditionFailed();
      }
    } else if (request.ifUnmodifiedSince() != null && current.isDated()) {
      Long since = HttpDate.parse(request.ifUnmodifiedSince(), nowSeconds);
      if (since != null && current.modifiedSeconds() > since) {
        return new PreconditionFailed();
      }
    }
    if (request.ifNoneMatch() != null) {
      if (isAny(request.ifNoneMatch())
          || EntityTags.match(request.ifNoneMatch(), current.tags(), true)) {
        return new NotModified();
      }
    } else if (request.ifModifiedSince() != null && current.isDated()) {
      Long since = HttpDate.parse(request.ifModifiedSince(), nowSeconds);
      if (since != null && current.modifiedSeconds() <= since) {
        return new NotModified();
      }
    }
    if (!request.get() || !rangeApplies(request.ifRange(), current, nowSeconds)) {
      return new Whole();
    }
    return switch (RangeField.of(request.range(), current.sizeBytes(), maxRanges)) {
      case RangeField.Ignored _ -> new Whole();
      case RangeField.Unsatisfiable _ -> new RangeNotSatisfiable();
      case RangeField.Satisfiable(List<ByteRange> ranges) ->
          ranges.size() == 1 ? new Part(ranges.getFirst()) : new Parts(ranges);
    };
  }

  private static boolean isAny(String field) {
    return field.strip().equals("*");
  }

  /**
   * Times that content stores and images give every file (OSTree 0, Nix 1): no date tells versions
   * of such a file apart.
   */
  long LAST_FIXED_SECOND = 1;

  /**
   * If-Range (RFC 9110 §13.1.5): a strong tag, or exactly the date that Last-Modified says, where
   * that is strong (§8.8.2.2). It is not in the second of the modification itself, in which the
   * file may change again.
   */
  private static boolean rangeApplies(
      @Nullable String ifRange, Representation current, long nowSeconds) {
    if (ifRange == null) {
      return true;
    }
    String validator = ifRange.strip();
    if (validator.startsWith("\"")) {
      return current.tags().contains(validator);
    }
    Long date = HttpDate.parse(validator, nowSeconds);
    return date != null
        && date == current.modifiedSeconds()
        && date < nowSeconds
        && date > LAST_FIXED_SECOND;
  }
}
