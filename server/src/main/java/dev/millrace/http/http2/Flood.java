package dev.millrace.http.http2;

import java.util.Locale;

/**
 * Kinds of frames that cost their sender little and the server more, with the number that one
 * connection may send within {@link FloodGuard#WINDOW_NANOS}. More of them end the connection with
 * ENHANCE_YOUR_CALM.
 */
enum Flood {
  /** RST_STREAM of the client (CVE-2023-44487). */
  RESETS(200),
  /** Stream errors of the client, which the server answers with RST_STREAM (CVE-2025-8671). */
  STREAM_ERRORS(200),
  /** Requests beyond SETTINGS_MAX_CONCURRENT_STREAMS. */
  REFUSED_STREAMS(400),
  SETTINGS(50),
  PINGS(100),
  /** PRIORITY and PRIORITY_UPDATE. */
  PRIORITIES(1000),
  /** WINDOW_UPDATE beyond the number that the sent DATA frames justify. */
  WINDOW_UPDATES(1000),
  /** DATA, HEADERS and CONTINUATION without content that do not end a stream. */
  EMPTY_FRAMES(100),
  /** CONTINUATION frames beyond what the size of a header block needs (CVE-2024-27316). */
  CONTINUATIONS(0),
  /** DATA frames of a few bytes, because the client keeps a stream's window nearly closed. */
  SMALL_WINDOWS(500),
  /** Frames for closed streams. */
  CLOSED_STREAMS(400),
  /** Frames of unknown types. */
  UNKNOWN_FRAMES(400),
  /** Answers to SETTINGS and PING that the client does not read. */
  UNREAD_ANSWERS(0);

  static final int COUNT = values().length;

  private final int bound;

  Flood(int bound) {
    this.bound = bound;
  }

  /** Number of frames within the period that is accepted. */
  int bound() {
    return bound;
  }

  /** The kind's name in metrics. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
