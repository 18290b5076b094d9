package dev.millrace.io;

import org.jspecify.annotations.Nullable;

/** The methods of {@link Reader} that search for a byte. */
final class Delimiters {
  private Delimiters() {}

  static EndOfStreamException missing(int delimiter) {
    return new EndOfStreamException("the stream ended before byte 0x%02x".formatted(delimiter));
  }

  static Span peekInclusive(Reader r, int delimiter)
      throws EndOfStreamException, ReadFailedException, StreamTooLongException {
    int searched = 0;
    while (true) {
      int found = Bytes.indexOf(r.buffer, r.seek + searched, r.end, (byte) delimiter);
      if (found >= 0) {
        return new Span(r.buffer, r.seek, found + 1 - r.seek);
      }
      searched = r.bufferedLen();
      if (searched == r.buffer.length) {
        throw tooLongOrEnded(r, delimiter);
      }
      try {
        r.fillMore();
      } catch (EndOfStreamException end) {
        // The hook's own exception does not name the delimiter.
        throw missing(delimiter);
      }
      if (r.bufferedLen() == searched) {
        throw r.nothingNow();
      }
    }
  }

  private static StreamTooLongException tooLongOrEnded(Reader r, int delimiter)
      throws EndOfStreamException, ReadFailedException {
    if (hasEnded(r)) {
      throw missing(delimiter);
    }
    return new StreamTooLongException(
        "no byte 0x%02x within the buffer of %d".formatted(delimiter, r.buffer.length));
  }

  /**
   * Whether the source has ended, for a reader whose buffer has no room to find out. Streams one
   * byte to a sink that accepts none: a source that has ended throws, any other fails in the sink.
   */
  static boolean hasEnded(Reader r) throws ReadFailedException {
    try {
      r.streamSlow(FailingWriter.PROBE, Limit.limited(1));
    } catch (EndOfStreamException end) {
      return true;
    } catch (WriteFailedException goesOn) {
      return false;
    }
    throw r.nothingNow();
  }

  static Span peekExclusive(Reader r, int delimiter)
      throws EndOfStreamException, ReadFailedException, StreamTooLongException {
    try {
      Span span = peekInclusive(r, delimiter);
      return span.slice(0, span.length() - 1);
    } catch (EndOfStreamException end) {
      if (r.bufferedLen() == 0) {
        throw end;
      }
      return r.buffered();
    }
  }

  static @Nullable Span take(Reader r, int delimiter)
      throws ReadFailedException, StreamTooLongException {
    try {
      Span span = peekInclusive(r, delimiter);
      r.toss(span.length());
      return span.slice(0, span.length() - 1);
    } catch (EndOfStreamException end) {
      Span rest = r.buffered();
      r.tossBuffered();
      return rest.length() == 0 ? null : rest;
    }
  }

  static long stream(Reader r, Writer w, int delimiter)
      throws ReadFailedException, WriteFailedException {
    try {
      return stream(r, w, delimiter, Limit.UNLIMITED);
    } catch (StreamTooLongException e) {
      throw new AssertionError("there is no limit", e);
    }
  }

  static long stream(Reader r, Writer w, int delimiter, Limit limit)
      throws ReadFailedException, WriteFailedException, StreamTooLongException {
    return run(r, w, delimiter, limit);
  }

  static long discard(Reader r, int delimiter) throws ReadFailedException {
    try {
      return discard(r, delimiter, Limit.UNLIMITED);
    } catch (StreamTooLongException e) {
      throw new AssertionError("there is no limit", e);
    }
  }

  static long discard(Reader r, int delimiter, Limit limit)
      throws ReadFailedException, StreamTooLongException {
    try {
      return run(r, null, delimiter, limit);
    } catch (WriteFailedException e) {
      throw new AssertionError("nothing is written", e);
    }
  }

  /** Consumes up to the delimiter, the end, or {@code limit}; writes to {@code w} unless null. */
  private static long run(Reader r, @Nullable Writer w, int delimiter, Limit limit)
      throws ReadFailedException, WriteFailedException, StreamTooLongException {
    long done = 0;
    while (done < limit.bytes()) {
      try {
        r.fill(1);
      } catch (EndOfStreamException end) {
        return done;
      }
      int n = (int) Math.min(r.bufferedLen(), limit.bytes() - done);
      int found = Bytes.indexOf(r.buffer, r.seek, r.seek + n, (byte) delimiter);
      int take = found < 0 ? n : found - r.seek;
      if (w != null) {
        writeBuffered(r, w, take);
      } else {
        r.seek += take;
      }
      done += take;
      if (found >= 0) {
        return done;
      }
    }
    throw new StreamTooLongException(
        "no byte 0x%02x within %d bytes".formatted(delimiter, limit.bytes()));
  }

  /** Writes {@code n} buffered bytes; bytes written before a failure are consumed. */
  private static void writeBuffered(Reader r, Writer w, int n) throws WriteFailedException {
    for (int done = 0; done < n; ) {
      int taken = w.write(r.buffer, r.seek, n - done);
      if (taken == 0) {
        throw w.nothingNow();
      }
      r.seek += taken;
      done += taken;
    }
  }
}
