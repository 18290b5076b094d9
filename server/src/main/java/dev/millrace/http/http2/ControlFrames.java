package dev.millrace.http.http2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The control frames that a connection has to send. Holds no memory while there are none. */
final class ControlFrames {
  /** Unsent frames beyond this end the connection. */
  private static final int MAX_BYTES = 8 << 10;

  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private int length;

  ControlFrames() {}

  /** Whether the client does not read the answers to its control frames. */
  boolean isOverloaded() {
    return length > MAX_BYTES;
  }

  private int add(int payload, int type, int flags, int stream) {
    int all = Frames.HEADER_BYTES + payload;
    if (bytes.length - length < all) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + all));
    }
    Frames.putHeader(bytes, length, payload, type, flags, stream);
    int at = length + Frames.HEADER_BYTES;
    length += all;
    return at;
  }

  /** The server's preface: SETTINGS (RFC 9113 §3.4). */
  void settings(int maxStreams, int maxHeaderListBytes) {
    int at = add(3 * 6, Frames.SETTINGS, 0, 0);
    at = setting(at, Frames.SETTING_MAX_CONCURRENT_STREAMS, maxStreams);
    at = setting(at, Frames.SETTING_MAX_HEADER_LIST_SIZE, maxHeaderListBytes);
    var _ = setting(at, Frames.SETTING_NO_RFC7540_PRIORITIES, 1);
  }

  private int setting(int at, int parameter, int value) {
    bytes[at] = (byte) (parameter >>> 8);
    bytes[at + 1] = (byte) parameter;
    Frames.putInt(bytes, at + 2, value);
    return at + 6;
  }

  void settingsAck() {
    var _ = add(0, Frames.SETTINGS, Frames.ACK, 0);
  }

  void pingAck(byte[] ping, int from) {
    int at = add(8, Frames.PING, Frames.ACK, 0); // may replace the array
    System.arraycopy(ping, from, bytes, at, 8);
  }

  void windowUpdate(int stream, int increment) {
    add(Frames.WINDOW_UPDATE, stream, increment);
  }

  void reset(int stream, ErrorCode code) {
    add(Frames.RST_STREAM, stream, code.ordinal());
  }

  private void add(int type, int stream, int value) {
    int at = add(4, type, 0, stream);
    Frames.putInt(bytes, at, value);
  }

  void goAway(int lastStream, ErrorCode code, String message) {
    byte[] text = message.getBytes(StandardCharsets.US_ASCII);
    int at = add(8 + text.length, Frames.GOAWAY, 0, 0);
    Frames.putInt(bytes, at, lastStream);
    Frames.putInt(bytes, at + 4, code.ordinal());
    System.arraycopy(text, 0, bytes, at + 8, text.length);
  }

  /** Sends all frames, if the output has room for them. */
  void sendTo(FrameOutput output) {
    if (length > 0 && output.hasRoom(length)) {
      output.add(bytes, 0, length);
      length = 0;
      bytes = NONE;
    }
  }
}
