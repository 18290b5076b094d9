package dev.millrace.http.http2;

import java.nio.charset.StandardCharsets;

/**
 * The layout of frames (RFC 9113 §4.1): 24 bits of length, 8 of type, 8 of flags, one reserved bit
 * and 31 of the stream's identifier, then the payload.
 */
final class Frames {
  static final int HEADER_BYTES = 9;

  /** Offset of the type in a frame. */
  static final int TYPE_AT = 3;

  /** The default of SETTINGS_MAX_FRAME_SIZE, which the server neither raises nor lets be raised. */
  static final int MAX_PAYLOAD_BYTES = 1 << 14;

  static final int MAX_WINDOW = Integer.MAX_VALUE;

  /** The initial window of connections and, without a setting, of streams. */
  static final int INITIAL_WINDOW = 65_535;

  static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PUSH_PROMISE = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int PRIORITY_UPDATE = 16;

  static final int ACK = 0x1;
  static final int END_STREAM = 0x1;
  static final int END_HEADERS = 0x4;
  static final int PADDED = 0x8;
  static final int WITH_PRIORITY = 0x20;

  static final int SETTING_ENABLE_PUSH = 2;
  static final int SETTING_MAX_CONCURRENT_STREAMS = 3;
  static final int SETTING_INITIAL_WINDOW_SIZE = 4;
  static final int SETTING_MAX_FRAME_SIZE = 5;
  static final int SETTING_MAX_HEADER_LIST_SIZE = 6;
  static final int SETTING_NO_RFC7540_PRIORITIES = 9;

  private Frames() {}

  static int length(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff);
  }

  static int int32(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }

  static int int31(byte[] bytes, int at) {
    return int32(bytes, at) & Integer.MAX_VALUE;
  }

  static void putInt(byte[] into, int at, int value) {
    into[at] = (byte) (value >>> 24);
    into[at + 1] = (byte) (value >>> 16);
    into[at + 2] = (byte) (value >>> 8);
    into[at + 3] = (byte) value;
  }

  /** Writes the header of a frame. */
  static void putHeader(byte[] into, int at, int length, int type, int flags, int stream) {
    into[at] = (byte) (length >>> 16);
    into[at + 1] = (byte) (length >>> 8);
    into[at + 2] = (byte) length;
    into[at + 3] = (byte) type;
    into[at + 4] = (byte) flags;
    putInt(into, at + 5, stream);
  }
}
