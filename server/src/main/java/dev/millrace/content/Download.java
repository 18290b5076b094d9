package dev.millrace.content;

import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Responses that browsers store as a file (Content-Disposition, RFC 6266). */
public final class Download {
  private static final String PARAMETER = "download";

  private Download() {}

  /** Whether the query of a request has the parameter {@code download}. */
  public static boolean isRequested(HttpServerExchange exchange) {
    String query = exchange.getQueryString();
    return !query.isEmpty()
        && Arrays.stream(query.split("&", -1))
            .anyMatch(one -> one.equals(PARAMETER) || one.startsWith(PARAMETER + "="));
  }

  /** Sets the field of a response that has a file. */
  static void setTo(HttpServerExchange exchange, ParsedPath names) {
    switch (exchange.getStatusCode()) {
      case StatusCodes.OK, StatusCodes.PARTIAL_CONTENT, StatusCodes.NOT_MODIFIED ->
          exchange.getResponseHeaders().put(Headers.CONTENT_DISPOSITION, field(names));
      default -> {
        // a file would contain the text of an error
      }
    }
  }

  /** Has the response to a request stored, if that has a file. */
  public static void apply(HttpServerExchange exchange, ParsedPath names) {
    exchange.addResponseCommitListener(ready -> setTo(ready, names));
  }

  /** The name in ASCII for old clients, and encoded (RFC 8187) if it has other characters. */
  private static String field(ParsedPath names) {
    if (names.segments().isEmpty()) {
      return "attachment";
    }
    byte[] name = names.segments().getLast();
    String text = new String(name, StandardCharsets.UTF_8);
    String ascii = text.replaceAll("[^ -~]|[\"\\\\%]", "_");
    String plain = "attachment; filename=\"" + ascii + "\"";
    return ascii.equals(text) ? plain : plain + "; filename*=UTF-8''" + encoded(name);
  }

  private static String encoded(byte[] name) {
    StringBuilder out = new StringBuilder();
    RequestPath.encode(name, out);
    // Of the characters of paths, these are none of RFC 8187's.
    return out.toString()
        .replace("'", "%27")
        .replace("(", "%28")
        .replace(")", "%29")
        .replace("*", "%2A")
        .replace(",", "%2C")
        .replace(";", "%3B")
        .replace("=", "%3D")
        .replace(":", "%3A")
        .replace("@", "%40");
  }
}
