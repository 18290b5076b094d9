package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.transport.TransportChoice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays every conversation of the other tests and compares the responses with recorded ones, so
 * that no change alters responses unintentionally. Each conversation has its own connection, whose
 * client shuts down its side after its last byte.
 *
 * <p>{@code -Danswers.record=true} records the responses again, from io_uring without a cache. The
 * comparison ignores dates, boundaries, and the parts of ETags from inodes and change times.
 */
@Timeout(600)
class AnswersCorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/answers/corpus.txt");
  private static final Pattern DATE = Pattern.compile("\r\nDate: [^\r]{29}\r\n");
  private static final Pattern IDENTITY =
      Pattern.compile("(\"[0-9a-f]+\\.[0-9a-f]+-[0-9a-f]+-)[0-9a-f]+");
  private static final Pattern BOUNDARY = Pattern.compile("boundary=([0-9a-f]+)");

  /** Names and sizes of the files; the content is the name, repeated. */
  private static final Map<String, Integer> FILES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("f", 300_000),
              Map.entry("g", 5),
              Map.entry("s", 100),
              Map.entry("x", 1),
              Map.entry("in", 40),
              Map.entry("empty", 0),
              Map.entry("first", 5),
              Map.entry("marker", 6),
              Map.entry("small", 64),
              Map.entry("large", 200_000),
              Map.entry("over", 17_000),
              Map.entry("other", 16),
              Map.entry("b.bin", 4_096),
              Map.entry("f.txt", 20),
              Map.entry("f.txt.gz", 15),
              Map.entry("f.bin", 2_000),
              Map.entry("page.html", 50),
              Map.entry(".hidden", 3),
              Map.entry("dir/index.html", 70),
              Map.entry("dir/index.html.br", 30),
              Map.entry("dir/with space.foo", 33),
              Map.entry("d/one", 10),
              Map.entry("assets/app.js", 66),
              Map.entry("private.json", 22),
              Map.entry("main/which.txt", 11)));

  static final String SETTINGS =
      """
      digests: on-request
      listing: on
      compress: off
      index: [index.html]
      precompressed: [br, gzip]
      cache: [{match: "/assets/**", control: "max-age=31536000, immutable"}]
      cors: [{match: "/private.json", origins: ["https://app.example.org"]}]
      """;

  @TempDir Path root;

  record Entry(String request, String answer) {}

  static void tree(Path root) throws IOException {
    FileTime time = FileTime.from(Instant.parse("2024-02-29T12:00:00Z"));
    for (Map.Entry<String, Integer> one : FILES.entrySet()) {
      Path file = root.resolve(one.getKey());
      Files.createDirectories(file.getParent());
      byte[] name = (one.getKey() + "\n").getBytes(StandardCharsets.UTF_8);
      byte[] content = new byte[one.getValue()];
      for (int i = 0; i < content.length; i++) {
        content[i] = name[i % name.length];
      }
      Files.setLastModifiedTime(Files.write(file, content), time);
    }
    for (String directory : List.of("dir", "d", "assets", "main")) {
      Files.setLastModifiedTime(root.resolve(directory), time);
    }
  }

  @Test
  void uringWithoutCacheGivesTheRecordedResponses() throws Exception {
    assertRecordedResponses(TransportChoice.URING, "response-cache: off\n", 1);
  }

  @Test
  void uringWithoutOpenFilesGivesTheRecordedResponses() throws Exception {
    assertRecordedResponses(TransportChoice.URING, "response-cache: off\nopen-files: 0\n", 1);
  }

  @Test
  void uringWithCacheGivesTheRecordedResponses() throws Exception {
    assertRecordedResponses(TransportChoice.URING, "", 3);
  }

  @Test
  void nioGivesTheRecordedResponses() throws Exception {
    assertRecordedResponses(TransportChoice.NIO, "", 1);
  }

  private void assertRecordedResponses(TransportChoice transport, String yaml, int times)
      throws Exception {
    tree(root);
    List<Entry> corpus = read();
    assertTrue(corpus.size() > 1_000, "the corpus is incomplete");
    boolean record = Boolean.getBoolean("answers.record");
    List<Entry> recorded = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    try (RunningServer server = RunningServer.start(root, transport, SETTINGS + yaml)) {
      for (Entry entry : corpus) {
        for (int i = 0; i < times; i++) {
          String answer = answer(server, entry.request());
          recorded.add(new Entry(entry.request(), answer));
          if (!record && !answer.equals(entry.answer())) {
            wrong.add(
                entry.request() + "\n  was      " + entry.answer() + "\n  is       " + answer);
          }
        }
      }
    }
    if (record) {
      write(recorded);
    } else {
      assertEquals(
          List.of(),
          wrong.subList(0, Math.min(20, wrong.size())),
          wrong.size() + " responses differ");
    }
  }

  private static String answer(RunningServer server, String escaped) throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      client.send(unescape(escaped));
      client.shutdownOutput();
      return escape(normal(new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1)));
    }
  }

  static String normal(String answer) {
    String text = replace(answer, "\r\nDate: ", DATE, "\r\nDate: -\r\n");
    text = replace(text, "\"", IDENTITY, "$1-");
    if (!text.contains("boundary=")) {
      return text;
    }
    var boundary = BOUNDARY.matcher(text);
    if (boundary.find(0)) { // boundaries vary in length
      text = text.replaceAll("Content-Length: [0-9]+", "Content-Length: -");
      boundary = BOUNDARY.matcher(text);
    }
    while (boundary.find()) {
      text = text.replace(boundary.group(1), "-");
      boundary = BOUNDARY.matcher(text);
    }
    return text;
  }

  /** Replaces a pattern that begins with a literal: a search for that is faster in long bodies. */
  private static String replace(String text, String literal, Pattern pattern, String by) {
    StringBuilder out = new StringBuilder();
    Matcher matcher = pattern.matcher(text);
    int done = 0;
    for (int at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) {
      if (at >= done && matcher.region(at, text.length()).lookingAt()) {
        out.append(text, done, at).append(pattern.matcher(matcher.group()).replaceFirst(by));
        done = matcher.end();
      }
    }
    return out.append(text, done, text.length()).toString();
  }

  // ---- the corpus file: a line for each request, a line for its response -----------------------

  static List<Entry> read() throws IOException {
    List<String> lines = Files.readAllLines(CORPUS, StandardCharsets.US_ASCII);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < lines.size(); i += 2) {
      entries.add(new Entry(lines.get(i).substring(2), lines.get(i + 1).substring(2)));
    }
    return entries;
  }

  private static void write(List<Entry> entries) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Entry entry : entries) {
      text.append("> ").append(entry.request()).append("\n< ").append(entry.answer()).append('\n');
    }
    Files.writeString(CORPUS, text, StandardCharsets.US_ASCII);
  }

  /** Long responses are stored as their first bytes and a hash of the whole. */
  private static String escape(String bytes) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < bytes.length() && i < 600; i++) {
      char c = bytes.charAt(i);
      switch (c) {
        case '\r' -> out.append("\\r");
        case '\n' -> out.append("\\n");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c >= ' ' && c < 0x7f) {
            out.append(c);
          } else {
            out.append(String.format("\\x%02x", (int) c));
          }
        }
      }
    }
    if (bytes.length() > 600) {
      int hash = Arrays.hashCode(bytes.getBytes(StandardCharsets.ISO_8859_1));
      out.append("... ").append(bytes.length()).append(" bytes ").append(Integer.toHexString(hash));
    }
    return out.toString();
  }

  static String unescape(String line) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      switch (line.charAt(++i)) {
        case 'r' -> out.append('\r');
        case 'n' -> out.append('\n');
        case 'x' -> {
          out.append((char) Integer.parseInt(line.substring(i + 1, i + 3), 16));
          i += 2;
        }
        default -> out.append('\\');
      }
    }
    return out.toString();
  }
}
