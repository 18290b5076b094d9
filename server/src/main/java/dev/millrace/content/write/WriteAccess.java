package dev.millrace.content.write;

import dev.millrace.auth.AuthRule;
import dev.millrace.auth.Authentication;
import dev.millrace.auth.Credentials;
import dev.millrace.content.MountContext;
import dev.millrace.content.WriteRule;
import dev.millrace.content.write.WriteStats.Outcome;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.Root;
import dev.millrace.files.StagingArea;
import dev.millrace.http.exchange.ErrorResponder;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.util.List;

/** Which requests may change which paths of a mount. Loop thread only. */
public final class WriteAccess {
  private static final int MAX_NAME_BYTES = 255; // NAME_MAX of Linux

  private final MountContext context;
  private final WriteServices services;

  public WriteAccess(MountContext context, WriteServices services) {
    this.context = context;
    this.services = services;
  }

  /**
   * Checks the credentials of a request, then continues; else responds with 401 or 403.
   *
   * @param rule that applies to {@code names}
   */
  public void authorize(
      HttpServerExchange exchange, ParsedPath names, WriteRule rule, Runnable authorized) {
    Credentials credentials = rule.credentials();
    if (credentials == null) {
      authorized.run();
      return;
    }
    Authentication.check(
        exchange,
        List.of(new AuthRule(rule.prefix(), credentials)),
        names,
        context.executors(),
        context.failures(),
        () -> {
          String user = exchange.getAttachment(Authentication.USER);
          if (!rule.users().isEmpty() && !rule.users().contains(user)) {
            services.stats().ended(Outcome.REFUSED);
            ErrorResponder.send(exchange, StatusCodes.FORBIDDEN);
          } else if (!exchange.isComplete()) { // the client may have left during the check
            authorized.run();
          }
        });
  }

  /**
   * Checks the names of a path that a request changes.
   *
   * @throws WriteException if a client must not use one of them
   */
  public void checkNames(ParsedPath names) throws WriteException {
    int above = context.mount().prefix().segments().size();
    if (names.segments().size() <= above) {
      throw new WriteException(StatusCodes.CONFLICT, "the path is that of the root");
    }
    if (!context.policy().dotfiles() && names.isHidden(above)) {
      throw new WriteException(
          StatusCodes.FORBIDDEN, "names that begin with a dot are not served here");
    }
    for (byte[] name : names.segments()) {
      if (StagingArea.isName(name)) {
        throw new WriteException(StatusCodes.FORBIDDEN, "the name is reserved for the server");
      }
      if (name.length > MAX_NAME_BYTES) {
        throw new WriteException(
            StatusCodes.BAD_REQUEST, "a name is longer than " + MAX_NAME_BYTES + " bytes");
      }
    }
  }

  /**
   * The target of a request, with a hold of the current root.
   *
   * @param below the path from the mount's root
   */
  public Target target(HttpServerExchange exchange, ParsedPath below, WriteRule rule)
      throws WriteException {
    Preconditions preconditions = Preconditions.of(exchange);
    Root root = context.access().root();
    if (root == null) {
      throw new WriteException(StatusCodes.SERVICE_UNAVAILABLE, "the root does not exist");
    }
    return new Target(context, root.hold(), below, rule, preconditions, services.locks());
  }

  /** Counts a request that was refused. */
  public void count(WriteException refused) {
    services.stats().ended(refused.outcome());
  }

  /** Sends the response to a request that was refused, and counts it. */
  public void refuse(HttpServerExchange exchange, WriteException refused) {
    count(refused);
    if (refused.status() == StatusCodes.INTERNAL_SERVER_ERROR) {
      context.failures().record(exchange, refused);
    }
    ProblemResponse.send(exchange, refused);
  }

  /** Sends the response to a failed request, whatever the failure is. */
  public void failed(HttpServerExchange exchange, Throwable failure) {
    if (exchange.isComplete()) {
      return;
    }
    if (failure instanceof WriteException refused) {
      refuse(exchange, refused);
    } else {
      context.failures().failed(exchange, failure);
    }
  }
}
