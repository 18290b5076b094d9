package dev.millrace.content.checksum;

import dev.millrace.content.Fields;
import dev.millrace.content.MountContext;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.ChecksumLines;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.exchange.ErrorResponder;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Generates checksum files that do not exist: FILE.sha256, .sha512, .sha1 and .md5. */
public final class ChecksumFiles {
  private ChecksumFiles() {}

  /** The algorithm of a checksum file's name, or null if it is not such a name. */
  public static @Nullable Algorithm algorithm(String name) {
    for (Algorithm algorithm : Algorithm.values()) {
      int length = algorithm.suffix().length() + 1;
      if (name.length() > length && name.endsWith("." + algorithm.suffix())) {
        return algorithm;
      }
    }
    return null;
  }

  /**
   * Whether a name is one of a checksum file. A fallback page in its place would be read as a wrong
   * checksum.
   */
  public static boolean isChecksumName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return algorithm(lower) != null || lower.endsWith("sums") || lower.equals("sha256sums.json");
  }

  /**
   * Responds with the checksum of a file.
   *
   * @param original path of the file
   * @param file closed by this method
   */
  public static void send(
      HttpServerExchange exchange,
      MountContext mount,
      ParsedPath original,
      OpenFile file,
      Algorithm algorithm) {
    if (mount.refuses(file.stat())) {
      file.close();
      ErrorResponder.send(exchange, StatusCodes.SERVICE_UNAVAILABLE);
      return;
    }
    mount
        .digests()
        .require(
            file,
            Set.of(algorithm),
            mount
                .failures()
                .digestCallback(
                    exchange,
                    digests -> {
                      String hex = String.valueOf(digests.hex(algorithm));
                      sendText(exchange, file, text(original, algorithm, hex));
                    },
                    why -> {
                      exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "1");
                      ErrorResponder.send(exchange, StatusCodes.SERVICE_UNAVAILABLE);
                    }));
    file.close();
  }

  /**
   * The line that sha256sum -c reads; for SHA-1 and MD5 the bare digits, as in Maven repositories.
   */
  private static byte[] text(ParsedPath original, Algorithm algorithm, String hex) {
    if (!algorithm.isSecure()) {
      return hex.getBytes(StandardCharsets.US_ASCII);
    }
    byte[] name = original.segments().getLast();
    return ChecksumLines.line(hex, name);
  }

  private static void sendText(HttpServerExchange exchange, OpenFile file, byte[] text) {
    HeaderMap headers = exchange.getResponseHeaders();
    headers.put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    Fields.lastModified(headers, file.stat().modifiedSeconds());
    exchange.setResponseContentLength(text.length);
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      exchange.endExchange(); // the length field is set
    } else {
      exchange.getResponseSender().send(ByteBuffer.wrap(text));
    }
  }
}
