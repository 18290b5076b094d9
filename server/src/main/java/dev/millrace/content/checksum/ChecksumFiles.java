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

/** Checksum files that are not there: {@code FILE.sha256}, {@code .sha512}, {@code .sha1}, .md5. */
public final class ChecksumFiles {
  private ChecksumFiles() {}

  /** The algorithm whose checksum file this would be, or null. */
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
   * Whether a name is one that checksums have. A page of an application in its place would be taken
   * for a wrong checksum.
   */
  public static boolean isChecksumName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return algorithm(lower) != null || lower.endsWith("sums") || lower.equals("sha256sums.json");
  }

  /**
   * Answers with the checksum of a file.
   *
   * @param original the path of the file
   * @param file becomes this answer's to close
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
   * The line that sha256sum -c reads; for what Maven asks for, bare digits as in its repositories.
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
      exchange.endExchange(); // its length is known
    } else {
      exchange.getResponseSender().send(ByteBuffer.wrap(text));
    }
  }
}
