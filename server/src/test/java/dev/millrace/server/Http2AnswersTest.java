package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends the requests of {@link AnswersCorpusTest} over HTTP/1.1 and over HTTP/2: to exchanges, to
 * the response cache, and on NIO. All give the same response, but for what belongs to a version of
 * HTTP.
 */
@Timeout(600)
class Http2AnswersTest {
  private static final int CACHED_TIMES = 3;

  /** A head with an origin-form target and fields that HTTP/2 can express. */
  private static final Pattern PLAIN =
      Pattern.compile(
          "[A-Z]+ [/*][!-~]* HTTP/1\\.1\r\n([!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\\x80-\\xff]*\r\n)+\r\n");

  /** Fields of a connection or of a message's framing. */
  private static final Set<String> OF_VERSION =
      Set.of("connection", "transfer-encoding", "keep-alive", "date");

  private static final Set<String> NOT_SENT =
      Set.of(
          "proxy-connection",
          "keep-alive",
          "transfer-encoding",
          "upgrade",
          "te",
          "expect",
          "content-length",
          "http2-settings");

  @TempDir Path root;

  @Test
  void bothVersionsAndTheCacheGiveTheSameResponses() throws Exception {
    AnswersCorpusTest.tree(root);
    List<String> candidates = new ArrayList<>(conditionalRequests());
    for (AnswersCorpusTest.Entry entry : AnswersCorpusTest.read()) {
      candidates.add(AnswersCorpusTest.unescape(entry.request()));
    }
    List<String[]> requests = new ArrayList<>();
    List<String> heads = new ArrayList<>();
    for (String head : candidates) {
      String[] fields = fields(head);
      if (fields.length > 0) {
        heads.add(head);
        requests.add(fields);
      }
    }
    assertTrue(heads.size() > 500, heads.size() + " requests are too few");
    String settings = AnswersCorpusTest.SETTINGS + "h2c: on\n";
    List<String> wrong = new ArrayList<>();
    try (RunningServer whole =
            RunningServer.start(root, Via.URING, settings + "response-cache: off\n");
        RunningServer cached = RunningServer.start(root, Via.URING, settings);
        RunningServer nio = RunningServer.start(root, Via.NIO, settings)) {
      for (int i = 0; i < heads.size(); i++) {
        String expected = overHttp1(whole, heads.get(i));
        List<String> answers = new ArrayList<>();
        answers.add(overHttp2(whole, requests.get(i)));
        for (int time = 0; time < CACHED_TIMES; time++) {
          answers.add(overHttp2(cached, requests.get(i)));
        }
        answers.add(overHttp2(nio, requests.get(i)));
        for (String answer : answers) {
          boolean isMalformed = answer.equals("reset") && expected.startsWith("400 ");
          if (!answer.equals(expected) && !isMalformed) {
            wrong.add(heads.get(i) + " was " + shortened(expected) + "\n is " + shortened(answer));
          }
        }
      }
      double hits = Double.parseDouble(cached.metric("millrace_response_cache_hits_total"));
      assertTrue(hits > heads.size() / 2.0, hits + " hits are too few");
    }
    assertEquals(
        List.of(),
        wrong.subList(0, Math.min(20, wrong.size())),
        wrong.size() + " responses differ");
  }

  /** Requests with ranges, conditions and codings for files of several sizes. */
  private static List<String> conditionalRequests() {
    List<String> requests = new ArrayList<>();
    for (String path : List.of("/f", "/g", "/empty", "/large", "/f.txt", "/dir/", "/missing")) {
      for (String method : List.of("GET", "HEAD")) {
        for (String fields :
            List.of(
                "Range: bytes=0-0",
                "Range: bytes=-5",
                "Range: bytes=3-",
                "Range: bytes=0-1,3-4",
                "Range: bytes=900000-",
                "Range: bytes=4-2",
                "Range: lines=1-2",
                "If-None-Match: *",
                "If-Match: \"other\"",
                "If-Modified-Since: Thu, 29 Feb 2024 12:00:00 GMT",
                "If-Unmodified-Since: Thu, 01 Feb 2024 12:00:00 GMT",
                "Range: bytes=0-1\r\nIf-Range: Thu, 29 Feb 2024 12:00:00 GMT",
                "Accept-Encoding: br, gzip;q=0.5",
                "Accept-Encoding: identity;q=0",
                "Accept: application/json")) {
          requests.add(method + " " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n\r\n");
        }
      }
    }
    return requests;
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(600, text.length()));
  }

  /** The fields of the request in HTTP/2; none if it has no equivalent there. */
  private static String[] fields(String head) {
    if (!PLAIN.matcher(head).matches()) {
      return new String[0];
    }
    String[] lines = head.split("\r\n");
    String[] line = lines[0].split(" ");
    if (line[1].startsWith("*") && !line[0].equals("OPTIONS")) {
      return new String[0];
    }
    List<String> pseudo =
        new ArrayList<>(List.of(":method", line[0], ":scheme", "http", ":path", line[1]));
    List<String> fields = new ArrayList<>();
    int hosts = 0;
    for (String field : Arrays.asList(lines).subList(1, lines.length)) {
      int colon = field.indexOf(':');
      String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = field.substring(colon + 1).strip();
      if (NOT_SENT.contains(name)) {
        return new String[0];
      }
      if (name.equals("connection")) {
        continue; // a client of HTTP/2 does not send it
      }
      if (name.equals("host")) {
        hosts++;
        pseudo.addAll(List.of(":authority", value));
      } else {
        fields.addAll(List.of(name, value));
      }
    }
    pseudo.addAll(fields);
    return hosts == 1 ? pseudo.toArray(String[]::new) : new String[0];
  }

  private static String overHttp1(RunningServer server, String head) throws Exception {
    try (RawClient client = new RawClient(server.plainAddress())) {
      client.send(head);
      client.shutdownOutput();
      String answer = new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1);
      int end = answer.indexOf("\r\n\r\n");
      String[] lines = answer.substring(0, end).split("\r\n");
      TreeMap<String, String> fields = new TreeMap<>();
      boolean chunked = false;
      for (String field : Arrays.asList(lines).subList(1, lines.length)) {
        int colon = field.indexOf(':');
        String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = field.substring(colon + 1).strip();
        chunked |= name.equals("transfer-encoding");
        fields.merge(name, value, (some, more) -> some + ", " + more);
      }
      String body = answer.substring(end + 4);
      return normal(lines[0].split(" ")[1], fields, chunked ? dechunked(body) : body);
    }
  }

  private static String dechunked(String body) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < body.length()) {
      int end = body.indexOf("\r\n", at);
      int size = Integer.parseInt(body.substring(at, end), 16);
      text.append(body, end + 2, end + 2 + size);
      at = size == 0 ? body.length() : end + 2 + size + 2;
    }
    return text.toString();
  }

  /** The response; "reset" if the server resets the stream. */
  private static String overHttp2(RunningServer server, String... fields) throws Exception {
    try (Http2Client client = Http2Client.open(server.plainAddress())) {
      client.request(1, fields);
      Http2Client.Response response;
      try {
        response = client.response(1);
      } catch (IOException reset) {
        return String.valueOf(reset.getMessage()).startsWith("unexpected type 3 ")
            ? "reset"
            : reset.toString();
      }
      TreeMap<String, String> others = new TreeMap<>(response.fields());
      var _ = others.remove(":status");
      return normal(
          Integer.toString(response.status()),
          others,
          new String(response.body(), StandardCharsets.ISO_8859_1));
    }
  }

  private static String normal(String status, TreeMap<String, String> fields, String body) {
    StringBuilder text = new StringBuilder(status).append(" \r\n");
    fields.forEach((name, value) -> {
      if (!OF_VERSION.contains(name)) {
        text.append(name.equals("content-length") ? "Content-Length" : name);
        text.append(": ").append(value).append("\r\n");
      }
    });
    return AnswersCorpusTest.normal(text + "\r\n" + body);
  }
}
