package dev.millrace.content;

import dev.millrace.files.OpenFile;
import dev.millrace.http.exchange.ErrorResponder;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;

/** Sends a mount's configured pages for error statuses. Loop thread only. */
final class ErrorPages implements ErrorResponder {
  private final MountContext mount;

  ErrorPages(MountContext mount) {
    this.mount = mount;
  }

  @Override
  public void respond(HttpServerExchange exchange, int status) {
    String page = mount.policy().errorPages().get(status);
    if (page == null) {
      ErrorResponder.sendLine(exchange, status);
      return;
    }
    mount
        .access()
        .open(
            MountContext.relative(page),
            mount
                .failures()
                .openCallback(
                    exchange,
                    file -> sendPage(exchange, file, page),
                    why -> ErrorResponder.sendLine(exchange, status)));
  }

  private void sendPage(HttpServerExchange exchange, OpenFile file, String page) {
    long size = file.stat().sizeBytes();
    if (!file.stat().isRegularFile() || size == 0 || !exchange.getConnection().isOpen()) {
      file.close();
      ErrorResponder.sendLine(exchange, exchange.getStatusCode());
      return;
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, mount.policy().types().of(page));
    exchange.setResponseContentLength(size);
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      file.close();
      exchange.endExchange(); // the length field is set
    } else {
      BodySource body = new FileBody(mount.access(), mount.buffers(), file, Body.whole(size), null);
      new BodyTransfer(exchange, mount.failures(), body).start();
    }
  }
}
