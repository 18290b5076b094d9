package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.server.RawClient.Head;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The response to one request on its own connection.
 *
 * @param body empty for HEAD, 204 and 304
 */
@SuppressWarnings("ArrayRecordComponent") // tests compare the bytes
public record Answered(Head head, byte[] body) {
  public int status() {
    return head.status();
  }

  public String field(String name) {
    return head.field(name);
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Sends an HTTP/1.1 request to the host {@code test} and reads the complete response. */
  public static Answered to(RunningServer server, String method, String target, String... fields)
      throws Exception {
    return raw(
        server.address(),
        method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + lines(fields) + "\r\n");
  }

  /** Sends GET and checks the status. */
  public static Answered get(RunningServer server, int status, String target, String... fields)
      throws Exception {
    Answered response = to(server, "GET", target, fields);
    assertEquals(
        status,
        response.status(),
        target + " " + String.join(" ", fields) + ": " + response.head());
    return response;
  }

  /**
   * Sends the bytes of a request and reads the complete response. If the connection persists, sends
   * another request: its response shows that the first response had no excess bytes.
   */
  public static Answered raw(InetSocketAddress address, String request) throws Exception {
    try (RawClient client = new RawClient(address)) {
      client.send(request);
      Head head = client.head();
      boolean bodiless = request.startsWith("HEAD") || head.status() == 204 || head.status() == 304;
      byte[] body = bodiless ? new byte[0] : client.body(head);
      boolean last = request.contains(" HTTP/1.0\r\n");
      if (last || head.field("connection").equals("close")) {
        assertEquals(true, client.atEnd(), "bytes after the response to " + request);
      } else {
        client.get("/still-in-step.sha256");
        assertEquals(404, client.head().status(), "after the response to " + request);
      }
      return new Answered(head, body);
    }
  }

  private static String lines(String... fields) {
    return fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
  }
}
