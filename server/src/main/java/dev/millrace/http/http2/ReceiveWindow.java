package dev.millrace.http.http2;

/** How much content the client may send on a connection (RFC 9113 §5.2). Loop thread only. */
final class ReceiveWindow {
  /** A window is opened again when so much of it is used. */
  static final int RETURN_BYTES = Frames.INITIAL_WINDOW / 4;

  private final Http2Connection connection;
  private int window = Frames.INITIAL_WINDOW;
  private int usedBytes;

  ReceiveWindow(Http2Connection connection) {
    this.connection = connection;
  }

  /** The client has sent DATA. */
  void receive(int bytes) throws Http2Exception {
    window -= bytes;
    if (window < 0) {
      throw new Http2Exception(ErrorCode.FLOW_CONTROL_ERROR, "DATA beyond the window");
    }
  }

  /** Received bytes are read, or discarded. */
  void giveBack(int bytes) {
    usedBytes += bytes;
    if (usedBytes >= RETURN_BYTES) {
      connection.sender().control().windowUpdate(0, usedBytes);
      window += usedBytes;
      usedBytes = 0;
      connection.sender().schedule();
    }
  }
}
