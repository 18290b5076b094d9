package dev.millrace.http.http2;

/**
 * Receives valid frames. Arrays are valid only during the call. A method that throws ends the
 * connection.
 */
interface FrameListener {
  /**
   * DATA.
   *
   * @param flowBytes length of the payload with its padding, which flow control counts
   */
  void onData(int stream, byte[] bytes, int from, int to, int flowBytes, boolean endStream)
      throws Http2Exception;

  /** A complete header block: HEADERS and all of its CONTINUATION frames. */
  void onHeaders(int stream, byte[] block, int from, int to, boolean endStream)
      throws Http2Exception;

  void onReset(int stream) throws Http2Exception;

  /** One parameter of SETTINGS whose value is valid. */
  void onSetting(int parameter, int value) throws Http2Exception;

  /** All parameters of a SETTINGS frame have been passed; it must be acknowledged. */
  void onSettingsEnd() throws Http2Exception;

  void onSettingsAck() throws Http2Exception;

  void onPing(byte[] bytes, int from) throws Http2Exception;

  void onGoAway();

  /**
   * WINDOW_UPDATE.
   *
   * @param stream 0 for the connection
   */
  void onWindowUpdate(int stream, int increment) throws Http2Exception;

  /** PRIORITY_UPDATE (RFC 9218 §7.1), with the bytes of the Priority field. */
  void onPriorityUpdate(int stream, byte[] bytes, int from, int to) throws Http2Exception;

  /** A frame that has no effect and costs its sender next to nothing. */
  void onIdleFrame(Flood kind) throws Http2Exception;

  /** A frame that is a stream error (RFC 9113 §5.4.2). */
  void onStreamError(int stream, ErrorCode code) throws Http2Exception;
}
