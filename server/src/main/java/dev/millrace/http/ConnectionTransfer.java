package dev.millrace.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;
import org.jspecify.annotations.Nullable;

/**
 * What a connection is in the middle of, so that its end, however it comes, gives everything back.
 * One close listener a connection, not one a request.
 */
final class ConnectionTransfer implements ServerConnection.CloseListener {
  private static final AttachmentKey<ConnectionTransfer> KEY =
      AttachmentKey.create(ConnectionTransfer.class);

  private @Nullable Runnable abort;

  private ConnectionTransfer() {}

  /** The connection's, made on its first request. */
  static ConnectionTransfer of(HttpServerExchange exchange) {
    ServerConnection connection = exchange.getConnection();
    ConnectionTransfer transfer = connection.getAttachment(KEY);
    if (transfer == null) {
      transfer = new ConnectionTransfer();
      connection.putAttachment(KEY, transfer);
      connection.addCloseListener(transfer);
    }
    return transfer;
  }

  /** From now until {@link #end}, the connection's end runs this. */
  void begin(Runnable whenClosed) {
    abort = whenClosed;
  }

  void end() {
    abort = null;
  }

  @Override
  public void closed(ServerConnection connection) {
    Runnable current = abort;
    abort = null;
    if (current != null) {
      current.run();
    }
  }
}
