package dev.millrace.http.parser;

import java.util.ArrayList;
import java.util.List;

/** Heads that the parser rejects, with the reason; shared with the tests over sockets. */
public final class BadHeads {
  /**
   * An invalid head.
   *
   * @param name what is wrong with it
   * @param raw its bytes, one character per byte
   */
  public record BadHead(String name, String raw, RejectReason reason) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String END = "\r\n\r\n";

  private final List<BadHead> rows = new ArrayList<>();

  private BadHeads() {}

  /** All invalid heads. */
  public static List<BadHead> all() {
    BadHeads heads = new BadHeads();
    heads.beginnings();
    heads.methods();
    heads.targets();
    heads.lengthLimits();
    heads.versions();
    heads.lineEnds();
    heads.fields();
    heads.hosts();
    heads.lengths();
    heads.codings();
    heads.expectations();
    return heads.rows;
  }

  private void add(RejectReason reason, String name, String raw) {
    rows.add(new BadHead(name, raw, reason));
  }

  private void target(RejectReason reason, String name, String target) {
    add(reason, name, "GET " + target + " HTTP/1.1\r\nHost: a" + END);
  }

  private void field(RejectReason reason, String name, String lines) {
    add(reason, name, "GET / HTTP/1.1\r\nHost: a\r\n" + lines + END);
  }

  private void host(String name, String host) {
    add(RejectReason.BAD_HOST, name, "GET / HTTP/1.1\r\nHost: " + host + END);
  }

  private void beginnings() {
    String get = "GET / HTTP/1.1\r\nHost: a" + END;
    add(RejectReason.NOT_HTTP, "TLS hello", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001");
    add(RejectReason.NOT_HTTP, "leading space", " " + get);
    add(RejectReason.NOT_HTTP, "leading tab", "\t" + get);
    add(RejectReason.NOT_HTTP, "leading LF", "\n" + get);
    add(RejectReason.NOT_HTTP, "two empty lines", "\r\n\r\n" + get);
    add(RejectReason.BAD_LINE_END, "leading CR", "\r" + get);
    add(RejectReason.BAD_LINE_END, "two leading CRs", "\r\r\n" + get);
    add(RejectReason.NOT_HTTP, "NUL first", "\0" + get);
    add(RejectReason.NOT_HTTP, "a byte order mark", "\u00ef\u00bb\u00bf" + get);
    add(RejectReason.HTTP2_PREFACE, "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    add(RejectReason.BAD_REQUEST_LINE, "PROXY header", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n" + get);
  }

  private void methods() {
    String rest = " / HTTP/1.1\r\nHost: a" + END;
    add(RejectReason.METHOD_NOT_ALLOWED, "TRACE", "TRACE" + rest);
    add(RejectReason.METHOD_NOT_ALLOWED, "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443" + END);
    add(RejectReason.METHOD_NOT_ALLOWED, "REPORT", "REPORT" + rest);
    add(RejectReason.UNKNOWN_METHOD, "an unknown method", "BREW" + rest);
    add(RejectReason.UNKNOWN_METHOD, "a method in lower case", "get" + rest);
    add(RejectReason.UNKNOWN_METHOD, "a method of token marks", "!#$%&'*+-.^_`|~" + rest);
    add(RejectReason.UNKNOWN_METHOD, "a method without end", "A".repeat(40));
    add(RejectReason.BAD_REQUEST_LINE, "a method that is not a token", "GE(T" + rest);
    add(RejectReason.BAD_REQUEST_LINE, "a tab after the method", "GET\t/ HTTP/1.1\r\n\r\n");
    add(RejectReason.BAD_REQUEST_LINE, "a word alone", "GARBAGE\r\n\r\n");
    add(RejectReason.BAD_REQUEST_LINE, "a byte above 0x7F in the method", "GE\u00e4T" + rest);
  }

  private void targets() {
    RejectReason bad = RejectReason.BAD_TARGET;
    add(RejectReason.BAD_REQUEST_LINE, "two spaces", "GET  / HTTP/1.1\r\nHost: a" + END);
    add(RejectReason.BAD_REQUEST_LINE, "no target", "GET HTTP/1.1\r\nHost: a" + END);
    add(RejectReason.BAD_REQUEST_LINE, "HTTP/0.9", "GET /\r\n");
    add(RejectReason.BAD_REQUEST_LINE, "HTTP/0.9, bare LF", "GET /\n");
    target(RejectReason.BAD_REQUEST_LINE, "a space in the target", "/a b");
    target(bad, "a tab in the target", "/a\tb");
    target(bad, "a NUL in the target", "/a\0b");
    target(bad, "DEL in the target", "/a\u007fb");
    target(bad, "a byte above 0x7F in the target", "/\u00e4");
    target(bad, "UTF-8 in the target", "/\u00c3\u00a4");
    target(bad, "a backslash", "/a\\b");
    target(bad, "a fragment", "/a#b");
    target(bad, "a fragment in the query", "/a?b#c");
    target(bad, "none of the target forms", "a");
    target(bad, "asterisk with GET", "*");
    target(bad, "asterisk and more", "*/");
    target(bad, "authority form with GET", "a:80");
    target(bad, "another scheme", "ftp://a/");
    target(bad, "absolute without authority", "http:///x");
    target(bad, "absolute without slashes", "http:a/x");
    target(bad, "absolute with user information", "http://u@a/");
    target(bad, "absolute with a bad port", "http://a:x/");
    target(bad, "absolute with a percent sign in the host", "http://a%41/");
    target(RejectReason.BAD_HOST, "absolute and another Host", "http://b/");
    target(RejectReason.BAD_HOST, "absolute and another port", "http://a:81/");
    target(RejectReason.BAD_ENCODING, "a percent sign alone", "/%");
    target(RejectReason.BAD_ENCODING, "one digit after the percent sign", "/%4/");
    target(RejectReason.BAD_ENCODING, "no digits after the percent sign", "/%zz");
    target(RejectReason.BAD_ENCODING, "a wide encoding", "/%u0041");
    target(RejectReason.BAD_ENCODING, "an encoded NUL", "/a%00b");
    target(RejectReason.BAD_ENCODING, "an encoded NUL in the query", "/?a%00");
    target(RejectReason.BAD_ENCODING, "an encoded NUL after percent signs", "/?%%%00");
    target(RejectReason.BAD_ENCODING, "a percent sign before the query", "/100%?a");
    target(bad, "a backslash before the query", "/a\\?b");
    target(bad, "a backslash in an authority", "http://a\\b?c");
  }

  private void lengthLimits() {
    target(RejectReason.TARGET_TOO_LONG, "a target of 16385 bytes", "/" + "a".repeat(16_384));
    target(RejectReason.TARGET_TOO_LONG, "a long encoded target", "/" + "%41".repeat(6000));
    add(RejectReason.TARGET_TOO_LONG, "a target without end", "GET /" + "a".repeat(60_000));
    field(RejectReason.HEAD_TOO_LARGE, "a head of 32 KiB and more", "A: " + "x".repeat(32 << 10));
    add(
        RejectReason.HEAD_TOO_LARGE,
        "a name without end",
        "GET / HTTP/1.1\r\n" + "a".repeat(33 << 10));
    field(RejectReason.TOO_MANY_FIELDS, "101 fields", "A: b\r\n".repeat(99) + "C: d");
  }

  private void versions() {
    for (String version : List.of("HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "HTTP/3.0", "HTTP/1.9")) {
      add(RejectReason.UNSUPPORTED_VERSION, version, "GET / " + version + "\r\nHost: a" + END);
    }
    for (String version :
        List.of(
            "http/1.1",
            "HTTP/1",
            "HTTP/11",
            "HTTP/1.1 ",
            "HTTP/1.11",
            "HTP/1.1",
            "HTTP/a.1",
            "HTTP 1.1",
            "1.1",
            " HTTP/1.1",
            "HTTP/1,1",
            "X")) {
      add(
          RejectReason.BAD_REQUEST_LINE,
          "version '" + version + "'",
          "GET / " + version + "\r\nHost: a" + END);
    }
  }

  private void lineEnds() {
    RejectReason bad = RejectReason.BAD_LINE_END;
    add(bad, "LF after the request line", "GET / HTTP/1.1\nHost: a\n\n");
    add(bad, "CR after the request line", "GET / HTTP/1.1\rHost: a" + END);
    field(bad, "LF after a field", "A: b\nC: d");
    field(bad, "CR within a value", "A: b\rC: d");
    field(bad, "CR CR LF", "A: b\r\r\nC: d");
    add(bad, "LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n");
    add(bad, "CR and no LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\rX");
  }

  private void fields() {
    RejectReason name = RejectReason.BAD_FIELD_NAME;
    field(RejectReason.FOLDED_FIELD, "a folded field", "A: b\r\n c");
    field(RejectReason.FOLDED_FIELD, "a field folded by a tab", "A: b\r\n\tc");
    add(
        RejectReason.FOLDED_FIELD,
        "a space before the first field",
        "GET / HTTP/1.1\r\n Host: a" + END);
    field(name, "a space before the colon", "A : b");
    field(name, "a tab before the colon", "A\t: b");
    field(name, "no name", ": b");
    field(name, "no colon", "A");
    field(name, "a slash in the name", "A/B: c");
    field(name, "a NUL in the name", "A\0: c");
    field(name, "a byte above 0x7F in the name", "\u00c4: c");
    RejectReason value = RejectReason.BAD_FIELD_VALUE;
    field(value, "a NUL in a value", "A: b\0c");
    field(value, "a vertical tab in a value", "A: \u000b");
    field(value, "an escape in a value", "A: 0123456789\u001b[0m");
    field(value, "DEL in a value", "A: 01234567\u007f");
  }

  private void hosts() {
    add(RejectReason.BAD_HOST, "no Host", "GET / HTTP/1.1" + END);
    field(RejectReason.BAD_HOST, "two Hosts", "Host: a");
    for (String host :
        List.of(
            "",
            "a b",
            "a/b",
            "u@a",
            "a:",
            "a:0",
            "a:65536",
            "a:123456",
            "a:+1",
            "a:1:2",
            "[",
            "[]",
            "[::1",
            "[::1]1",
            "[::g]",
            "[1:2:3:4:5:6:7]",
            "[1::2::3]",
            "[:1::]",
            "[1:2:3:4:5:6:7:8:9]",
            "[12345::]",
            "[::1.2.3]",
            "[::1.2.3.256]",
            "[fe80::1%25eth0]",
            "[v1.a]",
            "a%41",
            "a?b",
            "a#b",
            "\u00e4.de",
            "::1",
            "http://a")) {
      host("Host '" + host + "'", host);
    }
  }

  private void lengths() {
    for (String length :
        List.of(
            "",
            "+1",
            "-1",
            "0x1",
            "1, 1",
            "1,1",
            "1 1",
            "1.0",
            "abc",
            "1234567890123456789",
            "99999999999999999999",
            "\u00b9")) {
      field(
          RejectReason.BAD_CONTENT_LENGTH,
          "Content-Length '" + length + "'",
          "Content-Length: " + length);
    }
    String two = "Content-Length: 5\r\nContent-Length: ";
    field(RejectReason.BAD_CONTENT_LENGTH, "the same length twice", two + "5");
    field(RejectReason.BAD_CONTENT_LENGTH, "two lengths", two + "6");
  }

  private void codings() {
    for (String coding :
        List.of(
            "gzip",
            "identity",
            "gzip, chunked",
            "chunked, gzip",
            "chunked, chunked",
            "xchunked",
            "chunked;q=1",
            "chunke",
            "chunked,")) {
      field(
          RejectReason.UNSUPPORTED_TRANSFER_CODING,
          "Transfer-Encoding '" + coding + "'",
          "Transfer-Encoding: " + coding);
    }
    RejectReason bad = RejectReason.BAD_TRANSFER_ENCODING;
    field(bad, "an empty coding", "Transfer-Encoding:");
    field(bad, "a coding that is not a token", "Transfer-Encoding: \"chunked\"");
    String chunked = "Transfer-Encoding: chunked";
    field(bad, "chunked twice", chunked + "\r\n" + chunked);
    field(bad, "chunked and identity", chunked + "\r\nTransfer-Encoding: identity");
    add(bad, "chunked on 1.0", "GET / HTTP/1.0\r\nHost: a\r\n" + chunked + END);
    RejectReason both = RejectReason.CONFLICTING_FRAMING;
    field(both, "length, then chunked", "Content-Length: 5\r\n" + chunked);
    field(both, "chunked, then length", chunked + "\r\nContent-Length: 5");
    field(
        RejectReason.BAD_FIELD_VALUE,
        "chunked behind a control",
        "Transfer-Encoding: \u000bchunked");
    field(RejectReason.BAD_FIELD_NAME, "chunked behind a space", "Transfer-Encoding : chunked");
    field(bad, "a folded coding", "Transfer-Encoding:\r\n chunked");
  }

  private void expectations() {
    RejectReason unknown = RejectReason.UNKNOWN_EXPECTATION;
    field(unknown, "another expectation", "Expect: 200-ok");
    field(unknown, "an empty expectation", "Expect:");
    field(unknown, "two expectations", "Expect: 100-continue, 100-continue");
    field(unknown, "the expectation twice", "Expect: 100-continue\r\nExpect: 100-continue");
  }
}
