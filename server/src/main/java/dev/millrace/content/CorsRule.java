package dev.millrace.content;

import dev.millrace.text.Glob;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;

/**
 * Who may read the paths that match from pages of other origins (the Fetch standard, §3.3).
 *
 * @param match the paths
 * @param origins as browsers send them, {@code https://app.example.org}; or {@code *} alone
 * @param headers request fields that scripts may set
 * @param maxAgeSeconds how long a browser may remember the answer to its preflight
 */
public record CorsRule(Glob match, List<String> origins, List<String> headers, int maxAgeSeconds) {
  private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
  private static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
  private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
  private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
  private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
  private static final HttpString REQUEST_METHOD = new HttpString("Access-Control-Request-Method");

  /** What a script may read of an answer beyond what the standard always allows. */
  private static final String EXPOSED =
      "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag, Repr-Digest,"
          + " Content-Digest";

  public CorsRule {
    origins = List.copyOf(origins);
    headers = List.copyOf(headers);
  }

  private boolean isPublic() {
    return origins.contains("*");
  }

  /** Takes what a rule has added out of an answer, but for Vary. */
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

  /** Adds to an answer what the request's origin is allowed. */
  public void apply(HeaderMap request, HeaderMap response) {
    if (!isPublic()) {
      vary(response); // also where no origin was sent: caches must know
    }
    String origin = request.getFirst(Headers.ORIGIN);
    if (origin != null && (isPublic() || origins.contains(origin))) {
      response.put(ALLOW_ORIGIN, isPublic() ? "*" : origin);
      if (request.contains(REQUEST_METHOD)) {
        response.put(ALLOW_METHODS, "GET, HEAD, OPTIONS");
        response.put(ALLOW_HEADERS, String.join(", ", headers));
        response.put(MAX_AGE, String.valueOf(maxAgeSeconds));
      } else {
        response.put(EXPOSE_HEADERS, EXPOSED);
      }
    }
  }
}
