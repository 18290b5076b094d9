package dev.millrace.content.write;

import dev.millrace.content.write.FormWork.Result;
import dev.millrace.digest.Algorithm;
import dev.millrace.text.ByteUnits;
import dev.millrace.text.HtmlText;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The page that says what became of the files of a form. Loop thread only. */
final class FormResponse {
  private static final HttpString CONTENT_SECURITY_POLICY =
      new HttpString("Content-Security-Policy");

  private static final String NOTHING_IS_LOADED =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

  private static final String BEGIN =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Upload</title>
      </head>
      <body>
      <h1>Upload</h1>
      <ul>
      """;

  private FormResponse() {}

  /** Sends 201, or the status of the first file that was refused. */
  static void send(HttpServerExchange exchange, List<Result> results) {
    StringBuilder html = new StringBuilder(BEGIN);
    int status = StatusCodes.CREATED;
    for (Result result : results) {
      html.append("<li><b>");
      HtmlText.escape(html, result.name());
      html.append("</b>: ");
      Stored stored = result.stored();
      WriteException refused = result.refused();
      if (stored != null) {
        html.append(stored.created() ? "stored, " : "replaced, ")
            .append(ByteUnits.format(stored.stat().sizeBytes()));
        String sha256 = stored.digests().hex(Algorithm.SHA_256);
        if (sha256 != null) {
          html.append(", SHA-256 <code>").append(sha256).append("</code>");
        }
      } else if (refused != null) {
        status = status == StatusCodes.CREATED ? refused.status() : status;
        html.append("not stored: ");
        HtmlText.escape(html, refused.detail());
      }
      html.append("</li>\n");
    }
    html.append("</ul>\n<p><a href=\"./\">Back to the directory</a></p>\n</body>\n</html>\n");
    byte[] body = html.toString().getBytes(StandardCharsets.UTF_8);
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/html; charset=utf-8");
    exchange.getResponseHeaders().put(CONTENT_SECURITY_POLICY, NOTHING_IS_LOADED);
    exchange.setResponseContentLength(body.length);
    exchange.getResponseSender().send(ByteBuffer.wrap(body));
  }
}
