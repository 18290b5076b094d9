package dev.millrace.server;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 over one socket, frame by frame, with TLS if the server expects it. A test can send
 * anything and sees each frame that the server has sent. It shares no code with the server:
 * Undertow's decoder reads header blocks.
 */
public final class Http2Client implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;
  public static final int PADDED = 8;

  public static final int NO_ERROR = 0;
  public static final int PROTOCOL_ERROR = 1;
  public static final int FLOW_CONTROL_ERROR = 3;
  public static final int SETTINGS_TIMEOUT = 4;
  public static final int STREAM_CLOSED = 5;
  public static final int FRAME_SIZE_ERROR = 6;
  public static final int REFUSED_STREAM = 7;
  public static final int CANCEL = 8;
  public static final int COMPRESSION_ERROR = 9;
  public static final int ENHANCE_YOUR_CALM = 11;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** A frame. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Frame(int type, int flags, int stream, byte[] payload) {
    public boolean isEndStream() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }

    public int int32(int at) {
      return ByteBuffer.wrap(payload).getInt(at);
    }

    @Override
    public String toString() {
      return "type " + type + " flags " + flags + " stream " + stream + " of " + payload.length;
    }
  }

  /** A complete response. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Response(
      int status, Map<String, String> fields, byte[] body, Map<String, String> trailers) {
    public String field(String name) {
      return fields.getOrDefault(name, "");
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private final Socket socket = new Socket();
  private final Socket stream;
  private final InputStream in;
  private final HpackDecoder decoder = new HpackDecoder(4096);
  private boolean opensWindows = true;

  /** Connects and sends nothing. */
  public Http2Client(InetSocketAddress address) throws IOException {
    socket.setSoTimeout(80_000); // less than the test's own timeout
    socket.connect(address);
    socket.setTcpNoDelay(true);
    stream = address instanceof TestTls.Address ? TestTls.over(socket, address, "h2") : socket;
    in = stream.getInputStream();
  }

  /** Connects and exchanges the prefaces. */
  public static Http2Client open(InetSocketAddress address) throws IOException {
    return open(address, new int[0]);
  }

  /**
   * Connects and exchanges the prefaces.
   *
   * @param settings parameters and their values, in turn
   */
  public static Http2Client open(InetSocketAddress address, int... settings) throws IOException {
    Http2Client client = new Http2Client(address);
    client.sendRaw(PREFACE);
    client.settings(settings);
    Frame first = client.read();
    if (first == null || first.type() != SETTINGS || (first.flags() & ACK) != 0) {
      throw new IOException("the server's preface is " + first);
    }
    client.send(SETTINGS, ACK, 0);
    return client;
  }

  /** Opens no windows by itself while it reads responses. */
  public void keepsWindows() {
    opensWindows = false;
  }

  // ---- sending ---------------------------------------------------------------------------------

  public static byte[] preface() {
    return PREFACE.clone();
  }

  public void sendRaw(byte[] bytes) throws IOException {
    stream.getOutputStream().write(bytes);
  }

  /** The bytes of a frame. */
  public static byte[] frame(int type, int flags, int streamId, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(streamId).put(payload);
    return frame.array();
  }

  public void send(int type, int flags, int streamId, byte... payload) throws IOException {
    sendRaw(frame(type, flags, streamId, payload));
  }

  public void settings(int... settings) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
    for (int i = 0; i < settings.length; i += 2) {
      payload.putShort((short) settings[i]).putInt(settings[i + 1]);
    }
    send(SETTINGS, 0, 0, payload.array());
  }

  public void windowUpdate(int streamId, int increment) throws IOException {
    send(WINDOW_UPDATE, 0, streamId, int32(increment));
  }

  public void ping(long value) throws IOException {
    send(PING, 0, 0, ByteBuffer.allocate(8).putLong(value).array());
  }

  public void reset(int streamId, int code) throws IOException {
    send(RST_STREAM, 0, streamId, int32(code));
  }

  public static byte[] int32(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /** A header block of literals: names and values in turn, one character a byte. */
  public static byte[] block(String... fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0); // literal without indexing, new name
      string(block, fields[i]);
      string(block, fields[i + 1]);
    }
    return block.toByteArray();
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int left = bytes.length - 127;
    if (left < 0) {
      block.write(bytes.length);
    } else {
      block.write(127);
      while (left >= 128) {
        block.write(left % 128 + 128);
        left /= 128;
      }
      block.write(left);
    }
    block.writeBytes(bytes);
  }

  /** The fields of a GET, with others after them. */
  public static String[] get(String path, String... others) {
    return request("GET", path, others);
  }

  /** The fields of a request, with others after them. */
  public static String[] request(String method, String path, String... others) {
    String[] fields = {
      ":method", method, ":scheme", "http", ":path", path, ":authority", "test.example"
    };
    String[] all = Arrays.copyOf(fields, fields.length + others.length);
    System.arraycopy(others, 0, all, fields.length, others.length);
    return all;
  }

  /** Sends HEADERS that are a whole request without content. */
  public void request(int streamId, String... fields) throws IOException {
    headers(streamId, END_STREAM, fields);
  }

  /** Sends HEADERS with these flags and END_HEADERS. */
  public void headers(int streamId, int flags, String... fields) throws IOException {
    send(HEADERS, flags | END_HEADERS, streamId, block(fields));
  }

  /** Sends HEADERS, and CONTINUATION if one frame is too small. */
  public void longHeaders(int streamId, int flags, String... fields) throws IOException {
    byte[] block = block(fields);
    int at = 0;
    do {
      int end = Math.min(block.length, at + (1 << 14));
      int frameFlags = (at == 0 ? flags : 0) | (end == block.length ? END_HEADERS : 0);
      int type = at == 0 ? HEADERS : CONTINUATION;
      send(type, frameFlags, streamId, Arrays.copyOfRange(block, at, end));
      at = end;
    } while (at < block.length);
  }

  public void data(int streamId, int flags, byte... bytes) throws IOException {
    send(DATA, flags, streamId, bytes);
  }

  Socket socket() {
    return socket;
  }

  public void shutdownOutput() throws IOException {
    stream.shutdownOutput();
  }

  // ---- receiving -------------------------------------------------------------------------------

  /** The next frame; null at the end of the stream or after a reset. */
  public @Nullable Frame read() throws IOException {
    byte[] head;
    try {
      head = in.readNBytes(9);
    } catch (java.net.SocketException reset) {
      return null;
    }
    if (head.length < 9) {
      return null;
    }
    ByteBuffer fields = ByteBuffer.wrap(head);
    int lengthAndType = fields.getInt();
    int flags = fields.get();
    int id = fields.getInt();
    byte[] payload = in.readNBytes(lengthAndType >>> 8);
    if (payload.length < lengthAndType >>> 8) {
      throw new EOFException("the connection ended within a frame");
    }
    return new Frame(lengthAndType & 0xff, flags, id, payload);
  }

  /** The next frame of a type; skips others. */
  public Frame await(int type) throws IOException {
    for (Frame frame = read(); frame != null; frame = read()) {
      if (frame.type() == type) {
        return frame;
      }
    }
    throw new EOFException("the connection ended before a frame of type " + type);
  }

  /** Waits for the answer to a PING, so that everything sent before has been handled. */
  public void sync() throws IOException {
    long value = System.nanoTime();
    ping(value);
    while (ByteBuffer.wrap(await(PING).payload()).getLong() != value) {
      // an answer to another PING
    }
  }

  /** The error code of GOAWAY; reads until the end, which must follow. */
  public int goAway() throws IOException {
    int code = -1;
    for (Frame frame = read(); frame != null; frame = read()) {
      if (frame.type() == GOAWAY) {
        code = frame.int32(4);
      }
    }
    return code;
  }

  /** The error code with which the server has reset a stream; -1 if GOAWAY comes first. */
  public int resetCode(int streamId) throws IOException {
    for (Frame frame = read(); frame != null; frame = read()) {
      if (frame.type() == RST_STREAM && frame.stream() == streamId) {
        return frame.int32(0);
      }
      if (frame.type() == GOAWAY) {
        return -1;
      }
      if (frame.type() == HEADERS && frame.stream() == streamId && frame.isEndStream()) {
        throw new IOException("a response: " + decode(frame.payload()));
      }
    }
    throw new EOFException("the connection ended without RST_STREAM");
  }

  /** Reads a header block, which must be read in the order of sending. */
  public Map<String, String> decode(byte[] block) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    decoder.setHeaderEmitter((name, value, never) ->
        fields.merge(name.toString(), value, (some, more) -> some + ", " + more));
    try {
      decoder.decode(ByteBuffer.wrap(block), false);
    } catch (HpackException wrong) {
      throw new IOException(wrong);
    }
    return fields;
  }

  /** The response on a stream; frames of other streams are an error. */
  public Response response(int streamId) throws IOException {
    Map<String, String> fields = Map.of();
    Map<String, String> trailers = Map.of();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    boolean over = false;
    boolean ends = false;
    while (!over) {
      Frame frame = Objects.requireNonNull(read(), "the connection ended within a response");
      if (frame.stream() != streamId) {
        if (frame.stream() != 0 || frame.type() == GOAWAY && frame.int32(4) != NO_ERROR) {
          throw new IOException("unexpected " + frame);
        }
        continue;
      }
      switch (frame.type()) {
        case HEADERS, CONTINUATION -> {
          ends |= frame.isEndStream();
          block.writeBytes(frame.payload());
          if ((frame.flags() & END_HEADERS) != 0) {
            Map<String, String> decoded = decode(block.toByteArray());
            block.reset();
            if ("100".equals(decoded.get(":status"))) {
              continue;
            }
            if (fields.isEmpty()) {
              fields = decoded;
            } else {
              trailers = decoded;
            }
            over = ends;
          }
        }
        case DATA -> {
          body.writeBytes(frame.payload());
          over = frame.isEndStream();
          if (opensWindows && frame.payload().length > 0) {
            windowUpdate(0, frame.payload().length);
            if (!over) {
              windowUpdate(streamId, frame.payload().length);
            }
          }
        }
        default -> throw new IOException("unexpected " + frame);
      }
    }
    return new Response(
        Integer.parseInt(fields.get(":status")), fields, body.toByteArray(), trailers);
  }

  /** Sends a GET and returns its response. */
  public Response get(int streamId, String path, String... fields) throws IOException {
    request(streamId, get(path, fields));
    return response(streamId);
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
