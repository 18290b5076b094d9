package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A connection whose responses are read unchanged, byte by byte. */
public final class Conversation implements AutoCloseable {
  private static final String CLOSES = "\r\nConnection: close\r\n";

  private final RunningServer server;
  private RawClient client;

  public Conversation(RunningServer server) throws Exception {
    this.server = server;
    client = new RawClient(server.address());
  }

  public void send(String requests) throws Exception {
    client.send(requests);
  }

  /** Reads one complete response; its date is replaced. */
  public String response(boolean bodiless) throws Exception {
    InputStream in = client.in();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      assertTrue(b >= 0, "ended in a head: " + head);
      head.write(b);
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    int length = 0;
    for (String line : text.split("\r\n")) {
      if (line.startsWith("Content-Length: ")) {
        length = Integer.parseInt(line.substring(16));
      }
    }
    boolean none = bodiless || text.startsWith("HTTP/1.1 304");
    byte[] body = none ? new byte[0] : client.body(length);
    assertTrue(text.contains("\r\nDate: "), text);
    return text.replaceFirst("\r\nDate: [^\r]{29}\r\n", "\r\nDate: -\r\n")
        + new String(body, StandardCharsets.ISO_8859_1);
  }

  /** Sends a request and reads its response; reconnects if the response closes the connection. */
  public String exchange(String request) throws Exception {
    send(request);
    String response = response(request.startsWith("HEAD"));
    if (response.contains(CLOSES)) {
      assertTrue(client.atEnd(), response);
      client.close();
      client = new RawClient(server.address());
    }
    return response;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
