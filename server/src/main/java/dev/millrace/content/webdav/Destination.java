package dev.millrace.content.webdav;

import dev.millrace.content.Mount;
import dev.millrace.content.write.WriteException;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The fields of a COPY or MOVE (RFC 4918 §10.2, §10.3, §10.6). */
final class Destination {
  private static final int BAD_GATEWAY = StatusCodes.BAD_GATEWAY;
  private static final HttpString DESTINATION = new HttpString("Destination");
  private static final HttpString OVERWRITE = new HttpString("Overwrite");
  private static final HttpString DEPTH = new HttpString("Depth");

  private Destination() {}

  /**
   * The path of the Destination field, which must be in the mount of the source.
   *
   * @param all mounts of the server
   */
  static ParsedPath path(HeaderMap headers, Mount mount, List<Mount> all) throws WriteException {
    String field = headers.getFirst(DESTINATION);
    if (field == null) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "Destination is missing");
    }
    String path = path(field.strip(), headers.getFirst(Headers.HOST));
    if (path.indexOf('?') >= 0
        || path.indexOf('#') >= 0
        || !(RequestPath.parse(path) instanceof ParsedPath names)) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "Destination is malformed");
    }
    int length = mount.prefix().segments().size();
    boolean elsewhere =
        all.stream()
            .map(Mount::prefix)
            .anyMatch(prefix -> prefix.segments().size() > length && names.startsWith(prefix));
    if (elsewhere || !names.startsWith(mount.prefix())) {
      throw new WriteException(BAD_GATEWAY, "Destination is in another mount");
    }
    return names;
  }

  private static String path(String uri, @Nullable String host) throws WriteException {
    int authority = uri.indexOf("://");
    if (authority < 0) {
      return uri;
    }
    int path = uri.indexOf('/', authority + 3);
    String named = uri.substring(authority + 3, path < 0 ? uri.length() : path);
    if (host == null || !canonical(named).equals(canonical(host))) {
      throw new WriteException(BAD_GATEWAY, "Destination is on another host");
    }
    return path < 0 ? "/" : uri.substring(path);
  }

  private static String canonical(String authority) {
    return authority.toLowerCase(Locale.ROOT).replaceFirst(":(80|443)$", "");
  }

  /** Whether an existing destination is replaced. */
  static boolean overwrites(HeaderMap headers) throws WriteException {
    String field = headers.getFirst(OVERWRITE);
    if (field == null || field.strip().equalsIgnoreCase("T")) {
      return true;
    }
    if (field.strip().equalsIgnoreCase("F")) {
      return false;
    }
    throw new WriteException(StatusCodes.BAD_REQUEST, "Overwrite is T or F");
  }

  /** Whether Depth is infinity, which is the default, or 0 if that is allowed. */
  static boolean isDeep(HeaderMap headers, boolean allowsZero) throws WriteException {
    String field = depth(headers);
    if (field == null || field.equalsIgnoreCase("infinity")) {
      return true;
    }
    if (allowsZero && field.equals("0")) {
      return false;
    }
    throw new WriteException(StatusCodes.BAD_REQUEST, "this Depth is not possible here");
  }

  /** The Depth field, or null. */
  static @Nullable String depth(HeaderMap headers) {
    String field = headers.getFirst(DEPTH);
    return field == null ? null : field.strip();
  }
}
