package dev.millrace.content.webdav;

import dev.millrace.content.BodyTransfer;
import dev.millrace.content.GeneratedBody;
import dev.millrace.content.MountContext;
import dev.millrace.content.lock.LockTable;
import dev.millrace.content.write.WriteAccess;
import dev.millrace.content.write.WriteException;
import dev.millrace.file.OpenFailure;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.exchange.ErrorResponder;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;

/** Responds to one PROPFIND (RFC 4918 §9.1). Loop thread only. */
final class PropertyResponse {
  private final HttpServerExchange exchange;
  private final MountContext mount;
  private final WriteAccess access;
  private final LockTable locks;
  private final ParsedPath names;
  private final ParsedPath below;

  PropertyResponse(
      HttpServerExchange exchange,
      MountContext mount,
      WriteAccess access,
      LockTable locks,
      ParsedPath names) {
    this.exchange = exchange;
    this.mount = mount;
    this.access = access;
    this.locks = locks;
    this.names = names;
    this.below = names.below(mount.mount().prefix());
  }

  /**
   * Sends the properties.
   *
   * @param body of the request
   */
  void send(byte[] body) throws WriteException {
    boolean entries = depth();
    mount
        .access()
        .open(
            below.relative(""),
            mount
                .failures()
                .openCallback(exchange, file -> opened(file, entries, body), this::failed));
  }

  /** Whether the entries of a directory are included. */
  private boolean depth() throws WriteException {
    String depth = Destination.depth(exchange.getRequestHeaders());
    if (depth != null && depth.equals("0")) {
      return false;
    }
    if (depth != null && depth.equals("1")) {
      return true;
    }
    if (depth == null || depth.equalsIgnoreCase("infinity")) {
      throw new WriteException(StatusCodes.FORBIDDEN, "Depth is 0 or 1")
          .condition("propfind-finite-depth", "");
    }
    throw new WriteException(StatusCodes.BAD_REQUEST, "Depth is 0 or 1");
  }

  private void failed(OpenFailure why) {
    ErrorResponder.send(
        exchange,
        switch (why) {
          case NOT_FOUND, NOT_A_DIRECTORY, NAME_TOO_LONG -> StatusCodes.NOT_FOUND;
          case FORBIDDEN -> StatusCodes.FORBIDDEN;
          default -> StatusCodes.SERVICE_UNAVAILABLE;
        });
  }

  private void opened(OpenFile file, boolean entries, byte[] body) {
    boolean directory = file.stat().isDirectory();
    if (!directory && (!file.stat().isRegularFile() || below.directory())) {
      file.close();
      ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
      return;
    }
    mount
        .executors()
        .<PropertyRequest>call(
            () -> PropertyRequest.parse(body),
            request -> transfer(file, directory && entries, request),
            failure -> {
              file.close();
              WebdavResponse.sendFailure(exchange, access, failure);
            });
  }

  private void transfer(OpenFile file, boolean entries, PropertyRequest request) {
    if (exchange.isComplete()) {
      file.close();
      return;
    }
    DirectoryScan scan = entries ? mount.access().scan(file, below.relative("")) : null;
    ParsedPath path = new ParsedPath(names.segments(), file.stat().isDirectory());
    PropertyListing listing = new PropertyListing(mount, locks, request, path, file, scan);
    exchange.setStatusCode(WebdavResponse.MULTI_STATUS);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, WebdavResponse.XML);
    GeneratedBody source = new GeneratedBody(mount.executors(), listing::next, file::close);
    new BodyTransfer(exchange, mount.failures(), source).start();
  }
}
