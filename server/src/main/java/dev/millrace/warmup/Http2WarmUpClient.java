package dev.millrace.warmup;

import dev.millrace.http.hpack.HpackEncoder;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A connection of {@link ProtocolTraffic} that uses HTTP/2 (RFC 9113): sends requests, and counts
 * the ends of their responses without parsing them. Not thread-safe.
 */
final class Http2WarmUpClient implements Closeable {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_STREAM_AND_HEADERS = 5;
  private static final int SETTING_INITIAL_WINDOW_SIZE = 4;
  private static final int WINDOW_BYTES = 16 << 20;

  private final Socket socket;
  private final DataInputStream in;
  private final byte[] payload = new byte[1 << 14];
  private int nextStream = 1;
  private int unreturnedBytes;

  /**
   * Sends the preface.
   *
   * @param socket closed by this object
   */
  Http2WarmUpClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 << 10));
    ByteBuffer start = ByteBuffer.allocate(256).put(PREFACE);
    header(start, 6, SETTINGS, 0, 0)
        .putShort((short) SETTING_INITIAL_WINDOW_SIZE)
        .putInt(WINDOW_BYTES);
    header(start, 4, WINDOW_UPDATE, 0, 0).putInt(WINDOW_BYTES);
    write(start);
  }

  private static ByteBuffer header(ByteBuffer into, int length, int type, int flags, int stream) {
    return into.putInt(length << 8 | type).put((byte) flags).putInt(stream);
  }

  private void write(ByteBuffer bytes) throws IOException {
    socket.getOutputStream().write(bytes.array(), bytes.arrayOffset(), bytes.position());
  }

  /**
   * The header block of a request.
   *
   * @param fields names and values in turn
   */
  static byte[] request(String method, String path, String... fields) {
    HpackEncoder encoder = new HpackEncoder();
    encoder.field(":method", method);
    encoder.field(":scheme", "https");
    encoder.field(":path", path);
    encoder.field(":authority", "localhost");
    for (int i = 0; i < fields.length; i += 2) {
      encoder.field(fields[i], fields[i + 1]);
    }
    return Arrays.copyOf(encoder.bytes(), encoder.length());
  }

  /** Sends requests, in one write. */
  void send(List<byte[]> blocks) throws IOException {
    int size = 0;
    for (byte[] block : blocks) {
      size += HEADER_BYTES + block.length;
    }
    ByteBuffer frames = ByteBuffer.allocate(size);
    for (byte[] block : blocks) {
      header(frames, block.length, HEADERS, END_STREAM_AND_HEADERS, nextStream).put(block);
      nextStream += 2;
    }
    write(frames);
  }

  /** Reads until so many responses have ended. */
  void readResponses(int count) throws IOException {
    for (int ended = 0; ended < count; ) {
      int lengthAndType = in.readInt();
      int flags = in.readUnsignedByte();
      var _ = in.readInt();
      int length = lengthAndType >>> 8;
      in.readFully(payload, 0, length);
      switch (lengthAndType & 0xff) {
        case DATA -> {
          returnWindow(length);
          ended += flags & END_STREAM;
        }
        case HEADERS -> ended += flags & END_STREAM;
        case SETTINGS -> acknowledge(flags);
        case RST_STREAM, GOAWAY ->
            throw new IOException("the server ended a stream or its connection");
        default -> {}
      }
    }
  }

  private void acknowledge(int flags) throws IOException {
    if ((flags & ACK) == 0) {
      ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES);
      write(header(frame, 0, SETTINGS, ACK, 0));
    }
  }

  private void returnWindow(int bytes) throws IOException {
    unreturnedBytes += bytes;
    if (unreturnedBytes > WINDOW_BYTES / 4) {
      ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + 4);
      write(header(frame, 4, WINDOW_UPDATE, 0, 0).putInt(unreturnedBytes));
      unreturnedBytes = 0;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
