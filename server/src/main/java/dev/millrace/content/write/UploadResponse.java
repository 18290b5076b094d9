package dev.millrace.content.write;

import dev.millrace.content.DigestFields;
import dev.millrace.content.Validators;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import org.jspecify.annotations.Nullable;

/** Responds to the request that has stored a file. Loop thread only. */
final class UploadResponse {
  private UploadResponse() {}

  /**
   * Sends 201 or 204 with the file's validator and digests.
   *
   * @param resumable the protocol of a resumable upload, or null
   */
  static void send(
      HttpServerExchange exchange,
      Target target,
      Stored stored,
      @Nullable ResumableResponse resumable) {
    HeaderMap response = exchange.getResponseHeaders();
    String name = target.below().lastName();
    response.put(
        Headers.ETAG,
        Validators.entityTags(
                stored.stat(), target.mount().policy().types().codingOf(name), stored.digests())
            .getFirst());
    DigestFields.show(
        response,
        stored.digests(),
        DigestFields.reprDigest(stored.digests()),
        target.mount().digestPolicy().checksumHeaders());
    exchange.setStatusCode(stored.created() ? StatusCodes.CREATED : StatusCodes.NO_CONTENT);
    if (resumable != null) {
      resumable.addCompleted(exchange, stored.stat().sizeBytes());
    }
    if (exchange.getStatusCode() == StatusCodes.CREATED) {
      exchange.setResponseContentLength(0);
    }
    exchange.endExchange();
  }
}
