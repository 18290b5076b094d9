package dev.millrace.content;

import dev.millrace.http.exchange.RejectionHandler;
import dev.millrace.text.Glob;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;

/**
 * Allows pages of other origins to read the paths that match (the Fetch standard, §3.3).
 *
 * @param match pattern of the paths
 * @param origins as browsers send them, {@code https://app.example.org}; or {@code *} alone
 * @param headers request fields that scripts may set
 * @param maxAgeSeconds how long a browser may cache the response to a preflight request
 */
public record CorsRule(Glob match, List<String> origins, List<String> headers, int maxAgeSeconds) {
  private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
  static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
  private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
  private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
  private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
  private static final HttpString REQUEST_METHOD = new HttpString("Access-Control-Request-Method");

  /**
   * The request fields that change a response or are logged, except those that browsers set, or
   * that scripts may set without a preflight request (the Fetch standard, §2.2.2).
   */
  static final List<String> DEFAULT_HEADERS =
      List.of(
          "Range",
          "If-Match",
          "If-None-Match",
          "If-Modified-Since",
          "If-Unmodified-Since",
          "If-Range",
          "Want-Repr-Digest",
          "Want-Content-Digest",
          "Authorization",
          "traceparent");

  /** The same of uploads, where a write rule allows them. */
  private static final String UPLOAD_HEADERS =
      ", Content-Type, Repr-Digest, Content-Digest, Tus-Resumable, Upload-Checksum, Upload-Complete,"
          + " Upload-Defer-Length, Upload-Draft-Interop-Version, Upload-Length, Upload-Metadata,"
          + " Upload-Offset";

  /** Response fields that scripts may read, besides those that the standard always allows. */
  private static final String EXPOSED =
      "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag, Repr-Digest,"
          + " Content-Digest";

  private static final String UPLOAD_EXPOSED =
      ", Location, Tus-Resumable, Upload-Complete, Upload-Expires, Upload-Length, Upload-Limit,"
          + " Upload-Offset";

  public CorsRule {
    origins = List.copyOf(origins);
    headers = List.copyOf(headers);
  }

  private boolean isPublic() {
    return origins.contains("*");
  }

  /** Removes the fields that a rule has added to a response, except Vary. */
  public static void withdraw(HeaderMap response) {
    var _ = response.remove(ALLOW_ORIGIN);
    var _ = response.remove(EXPOSE_HEADERS);
  }

  private static void vary(HeaderMap response) {
    HeaderValues values = response.get(Headers.VARY);
    if (values == null || !values.contains("Origin")) {
      response.add(Headers.VARY, "Origin");
    }
  }

  /**
   * Adds the CORS fields for the request's origin to a response.
   *
   * @param uploads whether there are uploads, whose fields the default then includes
   */
  public void apply(HeaderMap request, HeaderMap response, boolean uploads) {
    if (!isPublic()) {
      vary(response); // also without an Origin field, for shared caches
    }
    String origin = request.getFirst(Headers.ORIGIN);
    if (origin != null && (isPublic() || origins.contains(origin))) {
      response.put(ALLOW_ORIGIN, isPublic() ? "*" : origin);
      if (request.contains(REQUEST_METHOD)) {
        response.put(ALLOW_METHODS, RejectionHandler.ALLOW);
        boolean all = uploads && headers.equals(DEFAULT_HEADERS);
        response.put(ALLOW_HEADERS, String.join(", ", headers) + (all ? UPLOAD_HEADERS : ""));
        response.put(MAX_AGE, String.valueOf(maxAgeSeconds));
      } else {
        response.put(EXPOSE_HEADERS, uploads ? EXPOSED + UPLOAD_EXPOSED : EXPOSED);
      }
    }
  }
}
