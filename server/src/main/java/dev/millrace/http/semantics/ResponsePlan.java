package dev.millrace.http.semantics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The response to a GET or HEAD of an existing representation. */
public sealed interface ResponsePlan {
  /** 200 with the whole representation. */
  record Whole() implements ResponsePlan {}

  /** 206 with one range. */
  record Part(ByteRange range) implements ResponsePlan {}

  /**
   * 206 with multipart/byteranges.
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
   * Evaluates conditions and ranges, in the order of RFC 9110 §13.2.2.
   *
   * @param nowSeconds current time in seconds since the epoch
   * @param maxRanges maximum number of ranges, as in {@link RangeField#of}
   */
  static ResponsePlan of(
      RequestFields request, Representation current, long nowSeconds, int maxRanges) {
    if (hasChanged(request, current, nowSeconds)) {
      return new PreconditionFailed();
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

  /**
   * Whether a request must not change a file (RFC 9110 §13.2.2).
   *
   * @param current null if there is no file
   */
  static boolean forbidsWrite(
      RequestFields request, @Nullable Representation current, long nowSeconds) {
    if (current == null) {
      return request.ifMatch() != null;
    }
    return hasChanged(request, current, nowSeconds)
        || (request.ifNoneMatch() != null
            && (isAny(request.ifNoneMatch())
                || EntityTags.match(request.ifNoneMatch(), current.tags(), true)));
  }

  /** If-Match, and without it If-Unmodified-Since (RFC 9110 §13.1.1, §13.1.4). */
  private static boolean hasChanged(
      RequestFields request, Representation current, long nowSeconds) {
    if (request.ifMatch() != null) {
      return !isAny(request.ifMatch())
          && !EntityTags.match(request.ifMatch(), current.tags(), false);
    }
    if (request.ifUnmodifiedSince() == null || !current.isDated()) {
      return false;
    }
    Long since = HttpDate.parse(request.ifUnmodifiedSince(), nowSeconds);
    return since != null && current.modifiedSeconds() > since;
  }

  private static boolean isAny(String field) {
    return field.strip().equals("*");
  }

  /**
   * Up to this time, timestamps are fixed ones that content stores and images set on every file
   * (OSTree 0, Nix 1). Such a date does not identify a version of a file.
   */
  long LAST_FIXED_SECOND = 1;

  /**
   * If-Range (RFC 9110 §13.1.5): a strong tag, or exactly the date of Last-Modified if that is a
   * strong validator (§8.8.2.2). It is weak within the second of the modification, in which the
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
