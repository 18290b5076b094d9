package dev.millrace.http.http2;

import java.util.Arrays;

/**
 * Parses and checks the frames of one connection (RFC 9113 §3.4, §4, §6): everything that a frame
 * and its predecessors decide alone. Its listener has the streams.
 *
 * <p>Pure: {@link #parse} accepts bytes that begin where the last call has stopped, and passes on
 * complete frames only. Header blocks are assembled here. Loop thread only.
 */
final class FrameParser {
  private enum State {
    PREFACE,
    FIRST_SETTINGS,
    FRAMES
  }

  /** Frames of a header block that are not counted, however small they are. */
  private static final int FREE_CONTINUATIONS = 4;

  /** Each further frame must have brought this much on average. */
  private static final int CONTINUATION_BYTES = 256;

  private static final byte[] NONE = {};

  private final int maxBlockBytes;
  private final FrameListener listener;
  private State state = State.PREFACE;

  /** The stream whose header block is incomplete; 0 if there is none. */
  private int blockStream;

  private boolean blockEndsStream;
  private boolean blockDependsOnItself;
  private byte[] block = NONE;
  private int blockBytes;
  private int blockFrames;

  /**
   * @param maxBlockBytes maximum length of an encoded header block
   */
  FrameParser(int maxBlockBytes, FrameListener listener) {
    this.maxBlockBytes = maxBlockBytes;
    this.listener = listener;
  }

  /** Whether the preface and the first SETTINGS were received. */
  boolean isOpen() {
    return state == State.FRAMES;
  }

  /** Whether a header block is incomplete. */
  boolean isInBlock() {
    return blockStream != 0;
  }

  /**
   * Passes on the complete frames.
   *
   * @return the index of the first byte of an incomplete frame, which the next call must begin with
   */
  int parse(byte[] bytes, int from, int to) throws Http2Exception {
    int at = from;
    if (state == State.PREFACE) {
      int n = Math.min(to - at, Frames.PREFACE.length);
      if (!Arrays.equals(bytes, at, at + n, Frames.PREFACE, 0, n)) {
        throw Http2Exception.protocol("not the connection preface");
      }
      if (n < Frames.PREFACE.length) {
        return at;
      }
      at += n;
      state = State.FIRST_SETTINGS;
    }
    while (to - at >= Frames.HEADER_BYTES) {
      int length = Frames.length(bytes, at);
      if (length > Frames.MAX_PAYLOAD_BYTES) {
        throw size("a frame of " + length + " bytes");
      }
      int type = bytes[at + Frames.TYPE_AT] & 0xff;
      if (state == State.FIRST_SETTINGS
          && (type != Frames.SETTINGS || (bytes[at + 4] & Frames.ACK) != 0)) {
        throw Http2Exception.protocol("the first frame is not SETTINGS");
      }
      int end = at + Frames.HEADER_BYTES + length;
      if (end > to) {
        break;
      }
      frame(bytes, at, type, end);
      at = end;
      state = State.FRAMES;
    }
    return at;
  }

  private static Http2Exception size(String message) {
    return new Http2Exception(ErrorCode.FRAME_SIZE_ERROR, message);
  }

  private void frame(byte[] bytes, int at, int type, int end) throws Http2Exception {
    int flags = bytes[at + 4];
    int stream = Frames.int31(bytes, at + 5);
    int from = at + Frames.HEADER_BYTES;
    if (blockStream != 0 && (type != Frames.CONTINUATION || stream != blockStream)) {
      throw Http2Exception.protocol("a header block is interrupted");
    }
    switch (type) {
      case Frames.DATA -> data(bytes, from, end, flags, required(stream));
      case Frames.HEADERS -> headers(bytes, from, end, flags, required(stream));
      case Frames.PRIORITY -> priority(bytes, from, end, required(stream));
      case Frames.RST_STREAM -> {
        required(stream);
        requireLength(end - from, 4);
        listener.onReset(stream);
      }
      case Frames.SETTINGS -> {
        requireConnection(stream);
        settings(bytes, from, end, flags);
      }
      case Frames.PUSH_PROMISE -> throw Http2Exception.protocol("a client cannot push");
      case Frames.PING -> {
        requireConnection(stream);
        requireLength(end - from, 8);
        if ((flags & Frames.ACK) == 0) {
          listener.onPing(bytes, from);
        } else {
          listener.onIdleFrame(Flood.PINGS);
        }
      }
      case Frames.GOAWAY -> {
        requireConnection(stream);
        if (end - from < 8) {
          throw size("GOAWAY of " + (end - from) + " bytes");
        }
        listener.onGoAway();
      }
      case Frames.WINDOW_UPDATE -> windowUpdate(bytes, from, end, stream);
      case Frames.CONTINUATION -> {
        if (blockStream == 0) {
          throw Http2Exception.protocol("CONTINUATION without HEADERS");
        }
        addToBlock(bytes, from, end, flags);
      }
      case Frames.PRIORITY_UPDATE -> {
        requireConnection(stream);
        if (end - from < 4) {
          throw size("PRIORITY_UPDATE of " + (end - from) + " bytes");
        }
        int prioritized = Frames.int31(bytes, from);
        listener.onPriorityUpdate(required(prioritized), bytes, from + 4, end);
      }
      default -> listener.onIdleFrame(Flood.UNKNOWN_FRAMES); // RFC 9113 §5.5
    }
  }

  private static int required(int stream) throws Http2Exception {
    if (stream == 0) {
      throw Http2Exception.protocol("a frame of a stream without its identifier");
    }
    return stream;
  }

  private static void requireConnection(int stream) throws Http2Exception {
    if (stream != 0) {
      throw Http2Exception.protocol("a frame of the connection with the identifier of a stream");
    }
  }

  private static void requireLength(int length, int expected) throws Http2Exception {
    if (length != expected) {
      throw size("a frame of " + length + " instead of " + expected + " bytes");
    }
  }

  /** The end of the content before the padding. The pad length at {@code from} exists. */
  private static int withoutPadding(byte[] bytes, int from, int end, int flags)
      throws Http2Exception {
    if ((flags & Frames.PADDED) == 0) {
      return end;
    }
    if (from == end) {
      throw size("a padded frame without its pad length");
    }
    int padding = bytes[from] & 0xff;
    if (padding >= end - from) {
      throw Http2Exception.protocol("padding longer than its frame");
    }
    return end - padding;
  }

  private void data(byte[] bytes, int from, int end, int flags, int stream) throws Http2Exception {
    int to = withoutPadding(bytes, from, end, flags);
    int start = (flags & Frames.PADDED) == 0 ? from : from + 1;
    boolean last = (flags & Frames.END_STREAM) != 0;
    if (start == to && !last) {
      listener.onIdleFrame(Flood.EMPTY_FRAMES);
    }
    listener.onData(stream, bytes, start, to, end - from, last);
  }

  private void headers(byte[] bytes, int from, int end, int flags, int stream)
      throws Http2Exception {
    int to = withoutPadding(bytes, from, end, flags);
    int start = (flags & Frames.PADDED) == 0 ? from : from + 1;
    blockDependsOnItself = false;
    if ((flags & Frames.WITH_PRIORITY) != 0) {
      if (to - start < 5) {
        throw size("HEADERS without all of its priority");
      }
      blockDependsOnItself = Frames.int31(bytes, start) == stream;
      start += 5;
    }
    blockEndsStream = (flags & Frames.END_STREAM) != 0;
    if ((flags & Frames.END_HEADERS) != 0) {
      complete(stream, bytes, start, to);
      return;
    }
    blockStream = stream;
    blockBytes = 0;
    blockFrames = 0;
    addToBlock(bytes, start, to, flags);
  }

  private void addToBlock(byte[] bytes, int from, int to, int flags) throws Http2Exception {
    int length = to - from;
    boolean last = (flags & Frames.END_HEADERS) != 0;
    if (length == 0 && !last) {
      listener.onIdleFrame(Flood.EMPTY_FRAMES);
    }
    if (blockBytes + length > maxBlockBytes
        || ++blockFrames > FREE_CONTINUATIONS + (blockBytes + length) / CONTINUATION_BYTES) {
      listener.onIdleFrame(Flood.CONTINUATIONS);
    }
    if (block.length < blockBytes + length) {
      block = Arrays.copyOf(block, Math.max(2 * block.length, blockBytes + length));
    }
    System.arraycopy(bytes, from, block, blockBytes, length);
    blockBytes += length;
    if (last) {
      int stream = blockStream;
      byte[] whole = block;
      blockStream = 0;
      block = NONE;
      complete(stream, whole, 0, blockBytes);
    }
  }

  private void complete(int stream, byte[] bytes, int from, int to) throws Http2Exception {
    listener.onHeaders(stream, bytes, from, to, blockEndsStream);
    if (blockDependsOnItself) {
      listener.onStreamError(stream, ErrorCode.PROTOCOL_ERROR);
    }
  }

  private void priority(byte[] bytes, int from, int end, int stream) throws Http2Exception {
    listener.onIdleFrame(Flood.PRIORITIES);
    if (end - from != 5) {
      listener.onStreamError(stream, ErrorCode.FRAME_SIZE_ERROR);
    } else if (Frames.int31(bytes, from) == stream) {
      listener.onStreamError(stream, ErrorCode.PROTOCOL_ERROR);
    }
  }

  private void settings(byte[] bytes, int from, int end, int flags) throws Http2Exception {
    int length = end - from;
    if ((flags & Frames.ACK) != 0) {
      requireLength(length, 0);
      listener.onSettingsAck();
      return;
    }
    if (length % 6 != 0) {
      throw size("SETTINGS of " + length + " bytes");
    }
    listener.onIdleFrame(Flood.SETTINGS);
    for (int at = from; at < end; at += 6) {
      int parameter = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
      int value = Frames.int32(bytes, at + 2);
      check(parameter, value);
      listener.onSetting(parameter, value);
    }
    listener.onSettingsEnd();
  }

  /** RFC 9113 §6.5.2, RFC 9218 §2.1. A value is unsigned. */
  private static void check(int parameter, int value) throws Http2Exception {
    switch (parameter) {
      case Frames.SETTING_ENABLE_PUSH, Frames.SETTING_NO_RFC7540_PRIORITIES -> {
        if (value != 0 && value != 1) {
          throw Http2Exception.protocol("a setting that is neither 0 nor 1");
        }
      }
      case Frames.SETTING_INITIAL_WINDOW_SIZE -> {
        if (value < 0) {
          throw new Http2Exception(ErrorCode.FLOW_CONTROL_ERROR, "an initial window beyond 2^31-1");
        }
      }
      case Frames.SETTING_MAX_FRAME_SIZE -> {
        if (value < Frames.MAX_PAYLOAD_BYTES || value >= 1 << 24) {
          throw Http2Exception.protocol("a maximum frame size out of its range");
        }
      }
      default -> {}
    }
  }

  private void windowUpdate(byte[] bytes, int from, int end, int stream) throws Http2Exception {
    requireLength(end - from, 4);
    int increment = Frames.int31(bytes, from);
    if (increment > 0) {
      listener.onWindowUpdate(stream, increment);
    } else if (stream == 0) {
      throw Http2Exception.protocol("a window update of 0");
    } else {
      listener.onStreamError(stream, ErrorCode.PROTOCOL_ERROR);
    }
  }

  /** The incomplete block is released, because the connection ends. */
  void end() {
    block = NONE;
  }
}
