package dev.millrace.content.write;

import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parses the fields of requests for resumable uploads. */
final class ResumableFields {
  static final String TUS_BODY = "application/offset+octet-stream";

  private static final HttpString METADATA = new HttpString("Upload-Metadata");

  private ResumableFields() {}

  /** The value of Upload-Complete, or null if there is none. */
  static @Nullable Boolean complete(HeaderMap headers) {
    String field = headers.getFirst(ResumableResponse.UPLOAD_COMPLETE);
    return field == null
        ? null
        : switch (field.strip()) {
          case "?1" -> Boolean.TRUE;
          case "?0" -> Boolean.FALSE;
          default -> null; // another value is ignored
        };
  }

  /** The number that a field has; -1 without the field. */
  static long number(HeaderMap headers, HttpString name) throws WriteException {
    String field = headers.getFirst(name);
    if (field == null) {
      return -1;
    }
    if (!field.strip().matches("\\d{1,15}")) {
      throw new WriteException(StatusCodes.BAD_REQUEST, name + " is not a number");
    }
    return Long.parseLong(field.strip());
  }

  /** Checks that a client of tus uses the version of this server. */
  static void checkTusVersion(HeaderMap headers) throws WriteException {
    String version = headers.getFirst(ResumableResponse.TUS_RESUMABLE);
    if (!ResumableResponse.TUS_VERSION.equals(version)) {
      throw new WriteException(
              StatusCodes.PRECONDITION_FAILED, "Tus-Resumable is not the version of this server")
          .field(new HttpString("Tus-Version"), ResumableResponse.TUS_VERSION);
    }
  }

  /** The media type without parameters, in lower case; empty if there is none. */
  static String contentType(HeaderMap headers) {
    String field = headers.getFirst(Headers.CONTENT_TYPE);
    return field == null ? "" : field.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** The member {@code filename} of Upload-Metadata. */
  static String fileName(HeaderMap headers) throws WriteException {
    String metadata = headers.getFirst(METADATA);
    for (String pair : (metadata == null ? "" : metadata).split(",", -1)) {
      String[] words = pair.strip().split(" ", 2);
      if (words.length == 2 && words[0].equals("filename")) {
        try {
          String name =
              new String(Base64.getDecoder().decode(words[1].strip()), StandardCharsets.UTF_8);
          if (!name.isEmpty()
              && name.indexOf('/') < 0
              && name.indexOf(0) < 0
              && !name.equals(".")
              && !name.equals("..")) {
            return name;
          }
        } catch (IllegalArgumentException malformed) {
          // reported below
        }
        throw new WriteException(
            StatusCodes.BAD_REQUEST, "filename in Upload-Metadata is not the name of a file");
      }
    }
    throw new WriteException(
        StatusCodes.BAD_REQUEST, "Upload-Metadata has no filename, and the path is a directory");
  }
}
