package dev.millrace.http.parser;

import java.util.ArrayList;
import java.util.List;

/** Chunked bodies that the parser rejects; shared with the tests over sockets. */
public final class BadChunks {
  /**
   * An invalid body.
   *
   * @param raw its bytes, one character per byte
   */
  public record BadChunk(String name, String raw, RejectReason reason) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final List<BadChunk> rows = new ArrayList<>();

  private BadChunks() {}

  private void add(RejectReason reason, String name, String raw) {
    rows.add(new BadChunk(name, raw, reason));
  }

  /** All invalid bodies. */
  public static List<BadChunk> all() {
    BadChunks chunks = new BadChunks();
    chunks.sizes();
    chunks.extensions();
    chunks.trailers();
    return chunks.rows;
  }

  private void sizes() {
    RejectReason bad = RejectReason.BAD_CHUNK;
    add(bad, "no size", "\r\n\r\n");
    add(bad, "a size that is not a number", "x\r\n");
    add(bad, "a size with a sign", "+5\r\nhello\r\n0\r\n\r\n");
    add(bad, "a negative size", "-5\r\nhello\r\n0\r\n\r\n");
    add(bad, "a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n");
    add(bad, "a space before the size", " 5\r\nhello\r\n0\r\n\r\n");
    add(bad, "a space after the size", "5 \r\nhello\r\n0\r\n\r\n");
    add(bad, "a size that ends in LF", "5\nhello\r\n0\r\n\r\n");
    add(bad, "a size that ends in CR", "5\rhello\r\n0\r\n\r\n");
    add(bad, "a size that overflows 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n");
    add(bad, "a size that overflows 63 bits", "8000000000000005\r\nhello\r\n0\r\n\r\n");
    add(bad, "a size beyond 52 bits", "10000000000000\r\n");
    add(bad, "a size of 17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n");
    add(bad, "data longer than its size", "4\r\nhello\r\n0\r\n\r\n");
    add(bad, "data shorter than its size", "6\r\nhello\r\n0\r\n\r\n");
    add(bad, "data that ends in LF", "5\r\nhello\n0\r\n\r\n");
    add(bad, "data that ends in CR CR", "5\r\nhello\r\r\n0\r\n\r\n");
    add(bad, "an underscore in the size", "1_0\r\n");
    add(bad, "a comma after the size", "5,6\r\nhello\r\n0\r\n\r\n");
    add(bad, "a second size that is not a number", "5\r\nhello\r\nzz\r\n\r\n");
  }

  private void extensions() {
    RejectReason bad = RejectReason.BAD_CHUNK;
    add(bad, "an extension that ends in LF", "5;a\nhello\r\n0\r\n\r\n");
    add(bad, "an extension with LF in quotes", "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n");
    add(bad, "an extension without name", "5;\r\nhello\r\n0\r\n\r\n");
    add(bad, "an extension of an equals sign", "5;=b\r\nhello\r\n0\r\n\r\n");
    add(bad, "an extension without value", "5;a=\r\nhello\r\n0\r\n\r\n");
    add(bad, "an extension with a NUL", "5;a\0\r\nhello\r\n0\r\n\r\n");
    add(bad, "a space before an extension", "5 ;a\r\nhello\r\n0\r\n\r\n");
    add(bad, "a space in an extension", "5; a\r\nhello\r\n0\r\n\r\n");
    add(bad, "more after quotes", "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n");
    add(bad, "an extension with CR and no LF", "5;a\rb\r\nhello\r\n0\r\n\r\n");
    RejectReason tooLong = RejectReason.CHUNK_EXTENSION_TOO_LONG;
    add(tooLong, "an extension without end", "5;" + "a".repeat(1025));
    add(tooLong, "long quotes", "5;a=\"" + "a".repeat(1025) + "\"\r\n");
    add(tooLong, "many extensions", "1;abcdefg\r\nx\r\n".repeat(129));
  }

  private void trailers() {
    RejectReason bad = RejectReason.BAD_TRAILER;
    for (String name :
        List.of(
            "Content-Length",
            "Transfer-Encoding",
            "hOsT",
            "Trailer",
            "TE",
            "Authorization",
            "Connection",
            "Content-Encoding",
            "Proxy-Authorization",
            "If-Unmodified-Since")) {
      add(bad, "trailer " + name, "0\r\n" + name + ": 5\r\n\r\n");
    }
    add(bad, "a trailer without colon", "0\r\nabc\r\n\r\n");
    add(bad, "a trailer without name", "0\r\n: x\r\n\r\n");
    add(bad, "a space before a trailer's colon", "0\r\nA : x\r\n\r\n");
    add(bad, "a folded trailer", "0\r\nA: x\r\n y\r\n\r\n");
    add(bad, "a trailer that ends in LF", "0\r\nA: x\n\r\n");
    add(bad, "a trailer with a NUL", "0\r\nA: \0\r\n\r\n");
    add(bad, "LF at the end", "0\r\n\n");
    add(bad, "CR and no LF at the end", "0\r\n\rX");
    add(bad, "a request where the end should be", "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    add(
        RejectReason.TRAILERS_TOO_LARGE,
        "trailers without end",
        "0\r\n" + "Abcdef: 89abcdef\r\n".repeat(500));
    add(RejectReason.TRAILERS_TOO_LARGE, "a long trailer", "0\r\nA: " + "x".repeat(8192));
  }
}
