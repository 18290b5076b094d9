package dev.millrace.http.semantics;

import org.jspecify.annotations.Nullable;

/**
 * The fields of a request that select the response to it. Each is null if the request has no such
 * field; several lines of a field are joined by commas.
 *
 * @param get whether the method is GET, the only one with ranges (RFC 9110 §14.2)
 * @param ifMatch this and the others: as received
 */
public record RequestFields(
    boolean get,
    @Nullable String ifMatch,
    @Nullable String ifNoneMatch,
    @Nullable String ifModifiedSince,
    @Nullable String ifUnmodifiedSince,
    @Nullable String ifRange,
    @Nullable String range) {
  /** A GET without any of these fields. */
  public static final RequestFields PLAIN_GET =
      new RequestFields(true, null, null, null, null, null, null);
}
