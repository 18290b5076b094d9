package dev.millrace.http.parser;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Inputs for fuzzing: the corpus, requests made by grammar, and both with a few bytes changed. */
public final class Inputs {
  private static final Path CORPUS = Path.of("src/test/resources/gate-corpus");
  private static final String TELLING =
      "\r\n\t :;,=%\"\\/?#*[]@.+-_0159aAfFgzZ\0\u000b\u007f\u0080\u00ff";

  private static final List<String> METHODS =
      List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "get", "PRI");

  private static final List<String> TARGETS =
      List.of(
          "/",
          "/x?y=z",
          "/%41%ff",
          "*",
          "http://a/x",
          "http://A:80",
          "https://[::1]?q",
          "/%00",
          "http://b/",
          "/a/../b;c",
          "//x",
          "/" + "y".repeat(70));

  private static final List<String> HOSTS =
      List.of(
          "a",
          "A",
          "a:80",
          "[::1]",
          "[::1]:443",
          "[1:2:3:4:5:6:1.2.3.4]",
          "a.b_c",
          "a:0",
          "",
          "[:::]",
          "1.2.3.4:65535");

  private static final List<String> FIELDS =
      List.of(
          "Content-Length: 3",
          "Content-Length: 03",
          "Transfer-Encoding: chunked",
          "Expect: 100-continue",
          "Connection: close",
          "Connection: keep-alive, x",
          "Range: bytes=0-",
          "X:",
          "If-None-Match: \"a\"",
          "Transfer-Encoding: gzip",
          "X: y\r\n z",
          "Host: a",
          "Y : z",
          "content-length: 2");

  private static final List<String> BODIES =
      List.of(
          "",
          "abc",
          "3\r\nabc\r\n0\r\n\r\n",
          "1;a=b\r\nx\r\n0\r\nT: u\r\n\r\n",
          "2\r\nab\r\n",
          "0\r\nHost: a\r\n\r\n",
          "5;x=\"q\\\"\"\r\nhello\r\n00\r\n\r\n");

  private static final List<String> CHUNKS = BODIES.subList(2, BODIES.size());

  private final List<byte[]> corpus = new ArrayList<>();

  public Inputs() throws IOException {
    try (var files = Files.list(CORPUS)) {
      for (Path file : files.sorted().toList()) {
        corpus.add(Files.readAllBytes(file));
      }
    }
  }

  public int corpusSize() {
    return corpus.size();
  }

  /** An input; the corpus comes first, unchanged. */
  public byte[] input(long number) {
    if (number < corpus.size()) {
      return corpus.get((int) number).clone();
    }
    SplittableRandom random = new SplittableRandom(number);
    byte[] bytes = random.nextInt(3) == 0 ? one(random, corpus).clone() : made(random);
    int changes = random.nextInt(5);
    for (int i = 0; i < changes; i++) {
      bytes = changed(random, bytes);
    }
    return bytes;
  }

  private static <T> T one(SplittableRandom random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static byte[] made(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int requests = 1 + random.nextInt(3);
    for (int i = 0; i < requests; i++) {
      if (random.nextInt(8) == 0) {
        text.append("\r\n");
      }
      text.append(random.nextInt(4) == 0 ? one(random, METHODS) : "GET").append(' ');
      text.append(one(random, TARGETS)).append(" HTTP/1.").append(random.nextInt(6) == 0 ? 0 : 1);
      text.append("\r\nHost: ").append(random.nextInt(3) == 0 ? one(random, HOSTS) : "a");
      boolean chunked = random.nextInt(3) == 0;
      if (chunked) {
        text.append("\r\nTransfer-Encoding: chunked");
      }
      int fields = random.nextInt(chunked ? 2 : 4);
      for (int j = 0; j < fields; j++) {
        text.append("\r\n").append(one(random, FIELDS));
      }
      text.append("\r\n\r\n").append(one(random, chunked ? CHUNKS : BODIES));
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] changed(SplittableRandom random, byte[] bytes) {
    if (bytes.length == 0) {
      return bytes;
    }
    int at = random.nextInt(bytes.length);
    int end = Math.min(bytes.length, at + 1 + random.nextInt(20));
    byte telling = (byte) TELLING.charAt(random.nextInt(TELLING.length()));
    return switch (random.nextInt(6)) {
      case 0 -> {
        bytes[at] = telling;
        yield bytes;
      }
      case 1 -> {
        bytes[at] = (byte) random.nextInt(256);
        yield bytes;
      }
      case 2 -> spliced(bytes, at, at, new byte[] {telling});
      case 3 -> spliced(bytes, at, end, new byte[0]);
      case 4 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, end));
      default -> {
        byte[] other = one(random, corpus);
        int from = random.nextInt(other.length);
        int to = Math.min(other.length, from + 1 + random.nextInt(40));
        yield spliced(bytes, at, at, Arrays.copyOfRange(other, from, to));
      }
    };
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] with) {
    byte[] result = new byte[bytes.length - (to - from) + with.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(with, 0, result, from, with.length);
    System.arraycopy(bytes, to, result, from + with.length, bytes.length - to);
    return result;
  }
}
