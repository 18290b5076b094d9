package dev.millrace.http.semantics;

import org.jspecify.annotations.Nullable;

/**
 * The fields of a request that decide what of a representation is sent, each null if it was not
 * sent; several lines of one field are joined by commas.
 *
 * @param get whether the method is GET, the only one with ranges (RFC 9110 §14.2)
 * @param ifMatch and the others: as received
 */
public record RequestFields(
    boolean get,
    @Nullable String ifMatch,
    @Nullable String ifNoneMatch,
    @Nullable String ifModifiedSince,
    @Nullable String ifUnmodifiedSince,
    @Nullable String ifRange,
    @Nullable String range) {
  /** A GET without any of them. */
  public static final RequestFields PLAIN_GET =
      new RequestFields(true, null, null, null, null, null, null);
}
