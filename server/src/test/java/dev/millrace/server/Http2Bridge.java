package dev.millrace.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.server.Http2Client.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sends the HTTP/1.1 requests of a test as streams of one HTTP/2 connection, and returns the
 * responses as HTTP/1.1, in the order of the requests. So the contracts that are written for
 * HTTP/1.1 hold for HTTP/2 as well. A stream that the server resets looks like the end of the
 * connection. Knows well-formed requests only.
 */
final class Http2Bridge extends InputStream {
  /** The address of a server whose clients use this class. */
  static final class Address extends InetSocketAddress {
    private static final long serialVersionUID = 1;

    Address(InetSocketAddress address) {
      super(address.getAddress(), address.getPort());
    }
  }

  /** A request under way. */
  private static final class Exchange {
    final int stream;
    final boolean isHead;
    final boolean isLast;
    final Deque<Frame> frames = new ArrayDeque<>();
    boolean chunked;

    Exchange(int stream, boolean isHead, boolean isLast) {
      this.stream = stream;
      this.isHead = isHead;
      this.isLast = isLast;
    }
  }

  private final Http2Client client;
  private final Deque<Exchange> exchanges = new ArrayDeque<>();
  private final Map<Integer, Exchange> byStream = new HashMap<>();
  private ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private int nextStream = 1;
  private int bodyStream;
  private long bodyLeft;
  private byte[] ready = {};
  private int readyAt;
  private boolean ended;

  Http2Bridge(InetSocketAddress address) throws IOException {
    client = Http2Client.open(address);
    client.keepsWindows();
  }

  // ---- requests --------------------------------------------------------------------------------

  /** Takes bytes of requests. */
  void send(byte[] bytes) throws IOException {
    sent.writeBytes(bytes);
    while (true) {
      byte[] all = sent.toByteArray();
      if (bodyLeft > 0) {
        int n = (int) Math.min(Math.min(bodyLeft, all.length), 1 << 14);
        if (n == 0) {
          return;
        }
        bodyLeft -= n;
        client.data(bodyStream, bodyLeft == 0 ? Http2Client.END_STREAM : 0, Arrays.copyOf(all, n));
        keepFrom(all, n);
        continue;
      }
      String text = new String(all, StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      if (end < 0) {
        return;
      }
      keepFrom(all, end + 4);
      request(text.substring(0, end).split("\r\n"));
    }
  }

  private void keepFrom(byte[] all, int from) {
    sent = new ByteArrayOutputStream();
    sent.write(all, from, all.length - from);
  }

  private void request(String[] lines) throws IOException {
    String[] line = lines[0].split(" ");
    String path = line[1].replaceFirst("^http://[^/]*", "");
    List<String> fields =
        new ArrayList<>(List.of(":method", line[0], ":scheme", "http", ":path", path));
    long length = 0;
    boolean last = line[2].equals("HTTP/1.0");
    List<String> others = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
      String value = lines[i].substring(colon + 1).strip();
      switch (name) {
        case "host" -> fields.addAll(List.of(":authority", value));
        case "connection" -> last = value.equalsIgnoreCase("close");
        default -> {
          length = name.equals("content-length") ? Long.parseLong(value) : length;
          others.addAll(List.of(name, value));
        }
      }
    }
    fields.addAll(others);
    Exchange exchange = new Exchange(nextStream, line[0].equals("HEAD"), last);
    nextStream += 2;
    exchanges.add(exchange);
    byStream.put(exchange.stream, exchange);
    client.longHeaders(
        exchange.stream, length == 0 ? Http2Client.END_STREAM : 0, fields.toArray(String[]::new));
    bodyStream = exchange.stream;
    bodyLeft = length;
  }

  // ---- responses -------------------------------------------------------------------------------

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (length > 0 && readyAt == ready.length) {
      if (ended || !fill()) {
        ended = true;
        return -1;
      }
    }
    int n = Math.min(length, ready.length - readyAt);
    System.arraycopy(ready, readyAt, into, offset, n);
    readyAt += n;
    return n;
  }

  /** Makes the next bytes of the first response ready; false at the end. */
  private boolean fill() throws IOException {
    Exchange first = exchanges.peek();
    Frame frame = first == null ? null : first.frames.poll();
    if (frame == null) {
      frame = client.read();
      if (frame == null || frame.type() == Http2Client.GOAWAY && exchanges.isEmpty()) {
        return false;
      }
      if (frame.type() == Http2Client.DATA && frame.payload().length > 0) {
        client.windowUpdate(0, frame.payload().length); // a later response must not block this one
      }
      if (frame.type() == Http2Client.GOAWAY && frame.int32(4) != Http2Client.NO_ERROR) {
        byte[] text = frame.payload();
        throw new IOException(
            "error " + frame.int32(4) + ": " + new String(text, 8, text.length - 8, US_ASCII));
      }
      if (first == null || frame.stream() != first.stream) {
        Exchange later = byStream.get(frame.stream());
        if (later != null) {
          later.frames.add(frame);
        }
        return true;
      }
    }
    readyAt = 0;
    ready =
        switch (frame.type()) {
          case Http2Client.HEADERS -> head(first, frame);
          case Http2Client.DATA -> data(first, frame);
          default -> new byte[0];
        };
    if (frame.type() == Http2Client.RST_STREAM && frame.int32(0) != Http2Client.NO_ERROR) {
      return false;
    }
    if (frame.isEndStream()) {
      exchanges.remove();
      byStream.remove(first.stream);
      ended = first.isLast;
      return true;
    }
    return true;
  }

  private byte[] head(Exchange exchange, Frame frame) throws IOException {
    if ((frame.flags() & Http2Client.END_HEADERS) == 0) {
      throw new IOException("a header block of several frames");
    }
    Map<String, String> fields = client.decode(frame.payload());
    String status = String.valueOf(fields.remove(":status"));
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " -\r\n");
    fields.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    boolean bodiless = status.startsWith("1") || status.equals("304") || status.equals("204");
    boolean chunked = !bodiless && !fields.containsKey("content-length");
    exchange.chunked = chunked && !exchange.isHead;
    if (chunked) {
      head.append("transfer-encoding: chunked\r\n");
    }
    if (exchange.isLast) {
      head.append("connection: close\r\n");
    }
    head.append("\r\n");
    if (exchange.chunked && frame.isEndStream()) {
      head.append("0\r\n\r\n");
    }
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] data(Exchange exchange, Frame frame) throws IOException {
    int length = frame.payload().length;
    if (length > 0 && !frame.isEndStream()) {
      client.windowUpdate(frame.stream(), length);
    }
    if (!exchange.chunked) {
      return frame.payload();
    }
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    if (length > 0) {
      chunk.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(US_ASCII));
      chunk.writeBytes(frame.payload());
      chunk.writeBytes(new byte[] {'\r', '\n'});
    }
    if (frame.isEndStream()) {
      chunk.writeBytes("0\r\n\r\n".getBytes(US_ASCII));
    }
    return chunk.toByteArray();
  }

  /** The socket of the connection. */
  Socket socket() {
    return client.socket();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
