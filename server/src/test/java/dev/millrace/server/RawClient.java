package dev.millrace.server;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 over one socket, with TLS if the server expects it; a test sees exactly the bytes that
 * the server sent. With HTTP/2, {@link Http2Bridge} translates.
 */
public final class RawClient implements AutoCloseable {
  /** The head of a response, with field names in lower case. */
  public record Head(int status, Map<String, String> fields) {
    public long contentLength() {
      return Long.parseLong(fields.get("content-length"));
    }

    public String field(String name) {
      return fields.getOrDefault(name, "");
    }
  }

  private final Socket socket;
  private final Socket stream;
  private final InputStream in;
  private final @Nullable Http2Bridge bridge;

  public RawClient(InetSocketAddress address) throws IOException {
    this(address, 0);
  }

  public RawClient(InetSocketAddress address, int receiveBufferBytes) throws IOException {
    this(address, receiveBufferBytes, null);
  }

  /** A client with another address. */
  public static RawClient from(String local, InetSocketAddress address) throws IOException {
    return new RawClient(address, 0, new InetSocketAddress(local, 0));
  }

  private RawClient(
      InetSocketAddress address, int receiveBufferBytes, @Nullable InetSocketAddress local)
      throws IOException {
    if (address instanceof Http2Bridge.Address) {
      bridge = new Http2Bridge(address);
      socket = bridge.socket();
      stream = socket;
      in = bridge;
      return;
    }
    bridge = null;
    socket = new Socket();
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setSoTimeout(80_000); // less than the test's own timeout
    if (local != null) {
      socket.bind(local);
    }
    socket.connect(address);
    socket.setTcpNoDelay(true); // keeps the test's fragments separate
    stream = address instanceof TestTls.Address ? TestTls.over(socket, address) : socket;
    in = stream.getInputStream();
  }

  public InputStream in() {
    return in;
  }

  public void send(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bridge != null) {
      bridge.send(bytes);
    } else {
      stream.getOutputStream().write(bytes);
    }
  }

  /** Shuts down this side of the connection. */
  public void shutdownOutput() throws IOException {
    stream.shutdownOutput();
  }

  public void request(String method, String target, String... fields) throws IOException {
    StringBuilder text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: test\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    send(text.append("\r\n").toString());
  }

  public void get(String target) throws IOException {
    request("GET", target);
  }

  public Head head() throws IOException {
    String status = line();
    Map<String, String> fields = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      fields.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (some, more) -> some + ", " + more);
    }
    return new Head(Integer.parseInt(status.split(" ")[1]), fields);
  }

  public byte[] body(long length) throws IOException {
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException("the body ended after " + bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  /** Reads a body with the head's framing: chunked, by length, or up to the connection's end. */
  public byte[] body(Head head) throws IOException {
    if (head.fields().containsKey("content-length")) {
      return body(head.contentLength());
    }
    if (!head.field("transfer-encoding").equals("chunked")) {
      return in.readAllBytes();
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line(), 16);
      whole.writeBytes(body(size));
      if (!line().isEmpty()) {
        throw new IOException("a chunk does not end with a line end");
      }
      if (size == 0) {
        return whole.toByteArray();
      }
    }
  }

  /** Waits for a byte or the end of the connection; true if the server has ended it. */
  public boolean atEnd() throws IOException {
    return in.read() < 0;
  }

  /** Waits until the server ends the connection; fails if a byte comes instead. */
  public void awaitEnd() throws IOException {
    int next = in.read();
    if (next >= 0) {
      throw new IOException("a byte instead of the end: " + next);
    }
  }

  /** Whether the server has ended the connection; must not be called before unread responses. */
  public boolean hasEnded() throws IOException {
    int before = socket.getSoTimeout();
    socket.setSoTimeout(1);
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } finally {
      socket.setSoTimeout(before);
    }
  }

  /** Ends the connection with a reset. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the connection ended within a line: " + line);
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
