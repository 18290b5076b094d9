package dev.millrace.content.write;

import dev.millrace.auth.Authentication;
import dev.millrace.content.Fields;
import dev.millrace.content.lock.IfHeader;
import dev.millrace.http.semantics.RequestFields;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import org.jspecify.annotations.Nullable;

/**
 * What a request requires of the files that it changes.
 *
 * @param fields {@code If-Match} and others
 * @param ifs the {@code If} field, with the tokens of locks
 * @param user who has been authenticated, or null
 */
public record Preconditions(RequestFields fields, IfHeader ifs, @Nullable String user) {
  private static final HttpString IF = new HttpString("If");

  /**
   * The preconditions of a request.
   *
   * @throws WriteException 400 if {@code If} is malformed
   */
  public static Preconditions of(HttpServerExchange exchange) throws WriteException {
    IfHeader ifs =
        IfHeader.parse(Fields.joined(exchange.getRequestHeaders(), IF))
            .orElseThrow(() -> new WriteException(StatusCodes.BAD_REQUEST, "If is malformed"));
    return new Preconditions(Fields.of(exchange), ifs, exchange.getAttachment(Authentication.USER));
  }
}
