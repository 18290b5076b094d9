package dev.millrace.content.write;

import dev.millrace.content.Fields;
import dev.millrace.content.lock.IfHeader;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import dev.millrace.http.semantics.RequestFields;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the first request of a resumable upload has said, as text in a file: lines of a name, a
 * colon and a value.
 *
 * @param path of the file that is uploaded, from the server's root, percent-encoded
 * @param length of that file, or -1 if it is not known
 * @param finished whether it was stored, or refused, when it was complete
 * @param user who has been authenticated, or null
 * @param fields digests and preconditions
 */
record PartialInfo(
    String path, long length, boolean finished, @Nullable String user, HeaderMap fields) {
  private static final List<String> KEPT_FIELDS =
      List.of("if", "if-match", "if-none-match", "if-unmodified-since", "repr-digest");

  private static final List<String> KEPT_PREFIXES = List.of("x-checksum-", "x-amz-checksum-");

  /** The information on the request that begins an upload. */
  static PartialInfo of(String path, long length, @Nullable String user, HeaderMap headers) {
    HeaderMap kept = new HeaderMap();
    for (HttpString name : headers.getHeaderNames()) {
      String lower = name.toString().toLowerCase(Locale.ROOT);
      if (KEPT_FIELDS.contains(lower) || KEPT_PREFIXES.stream().anyMatch(lower::startsWith)) {
        kept.addAll(name, headers.get(name));
      }
    }
    return new PartialInfo(path, length, false, user, kept);
  }

  PartialInfo withLength(long known) {
    return new PartialInfo(path, known, finished, user, fields);
  }

  PartialInfo finished(long size) {
    return new PartialInfo(path, size, true, user, fields);
  }

  byte[] toBytes() {
    StringBuilder text = new StringBuilder();
    line(text, "path", path);
    line(text, "length", Long.toString(length));
    line(text, "finished", Boolean.toString(finished));
    if (user != null) {
      line(text, "user", encode(user));
    }
    for (HttpString name : fields.getHeaderNames()) {
      for (String value : fields.get(name)) {
        line(text, "field-" + name, encode(value));
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append(": ").append(value).append('\n');
  }

  private static String encode(String value) {
    StringBuilder out = new StringBuilder();
    RequestPath.encode(value.getBytes(StandardCharsets.UTF_8), out);
    return out.toString();
  }

  /**
   * Parses what {@link #toBytes} has written.
   *
   * @throws WriteException 410 if it is malformed
   */
  static PartialInfo parse(byte[] bytes) throws WriteException {
    Map<String, String> single = new LinkedHashMap<>();
    HeaderMap fields = new HeaderMap();
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        String name = line.substring(0, colon);
        String value = line.substring(colon + 2);
        if (name.startsWith("field-")) {
          fields.add(new HttpString(name.substring("field-".length())), decode(value));
        } else {
          single.put(name, value);
        }
      }
    }
    String path = single.get("path");
    String length = single.getOrDefault("length", "");
    if (path == null || !length.matches("-?\\d{1,18}")) {
      throw new WriteException(StatusCodes.GONE, "the upload was damaged");
    }
    String user = single.get("user");
    return new PartialInfo(
        path,
        Long.parseLong(length),
        Boolean.parseBoolean(single.get("finished")),
        user == null ? null : decode(user),
        fields);
  }

  private static String decode(String value) throws WriteException {
    return RequestPath.parse("/" + value) instanceof ParsedPath one && one.segments().size() == 1
        ? new String(one.segments().getFirst(), StandardCharsets.UTF_8)
        : "";
  }

  /** The path of the file that is uploaded. */
  ParsedPath names() throws WriteException {
    if (RequestPath.parse(path) instanceof ParsedPath names) {
      return names;
    }
    throw new WriteException(StatusCodes.GONE, "the upload was damaged");
  }

  /** The preconditions for the file, when it is stored. */
  Preconditions preconditions() {
    return new Preconditions(
        new RequestFields(
            false,
            Fields.joined(fields, new HttpString("If-Match")),
            Fields.joined(fields, new HttpString("If-None-Match")),
            null,
            Fields.joined(fields, new HttpString("If-Unmodified-Since")),
            null,
            null),
        IfHeader.parse(Fields.joined(fields, new HttpString("If"))).orElse(IfHeader.NONE),
        user);
  }
}
