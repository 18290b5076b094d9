package dev.millrace.http.parser;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses the framing of one chunked body, strictly (RFC 9112 §7.1): hexadecimal digits, CRLF,
 * bounded extensions and trailers, and no trailer that frames or routes. Incremental and pure, like
 * {@link HeadParser}.
 *
 * <p>The parser does not see chunk data: after {@link Step#DATA} the caller reads {@link
 * #dataBytes} bytes from the stream, reports them with {@link #passed}, and resumes parsing after
 * them.
 */
public final class ChunkParser {
  /** The result of {@link #parse}. */
  public enum Step {
    /** More bytes of the framing are needed. */
    NEED_MORE,
    /** Data of a chunk follows. */
    DATA,
    /** The body has ended. */
    END,
    /** The framing is invalid. */
    REJECTED
  }

  private enum State {
    SIZE,
    EXTENSION_NAME,
    EXTENSION_VALUE_START,
    EXTENSION_TOKEN,
    EXTENSION_QUOTED,
    EXTENSION_ESCAPED,
    EXTENSION_QUOTED_END,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    LAST_LF,
    END,
    REJECTED
  }

  /** 13 digits are enough for 2^52 bytes; leading zeros may bring the total to 16. */
  private static final int SIZE_DIGITS = 16;

  private static final long MAX_SIZE = (1L << 52) - 1;

  /** Fields that must not be trailers: they frame, route, authorise or shape (RFC 9110 §6.5.1). */
  private static final Set<String> NO_TRAILERS =
      Set.of(
          "authorization",
          "cache-control",
          "connection",
          "content-encoding",
          "content-length",
          "content-range",
          "content-type",
          "cookie",
          "expect",
          "forwarded",
          "host",
          "if-match",
          "if-modified-since",
          "if-none-match",
          "if-range",
          "if-unmodified-since",
          "keep-alive",
          "max-forwards",
          "proxy-authorization",
          "proxy-connection",
          "range",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final int MAX_NAME_BYTES =
      NO_TRAILERS.stream().mapToInt(String::length).max().orElseThrow();

  private final HttpLimits limits;
  private final byte[] name = new byte[MAX_NAME_BYTES];
  private final TrailerSink trailers;
  private final ByteArrayOutputStream value = new ByteArrayOutputStream(0);

  private State state = State.SIZE;
  private @Nullable RejectReason reason;
  private long size;
  private int digits;
  private int extensionBytes;
  private int partBytes;
  private int trailerBytes;
  private int nameBytes;
  private int position;

  /** Receives the trailer fields of a body, in order. */
  @FunctionalInterface
  public interface TrailerSink {
    /**
     * A valid field.
     *
     * @param value valid until this returns, with the whitespace around it
     */
    void field(String name, byte[] value);
  }

  /** A parser that checks and discards trailer fields. */
  public ChunkParser(HttpLimits limits) {
    this(limits, (_, _) -> {});
  }

  public ChunkParser(HttpLimits limits, TrailerSink trailers) {
    this.limits = limits;
    this.trailers = trailers;
  }

  /** Starts a new body. */
  public void reset() {
    state = State.SIZE;
    reason = null;
    size = 0;
    digits = 0;
    extensionBytes = 0;
    trailerBytes = 0;
    value.reset();
  }

  /** Parses bytes of the framing, each once; {@link #position} returns where it stopped. */
  public Step parse(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && state != State.DATA && state.compareTo(State.END) < 0) {
      step(bytes[at++]);
    }
    position = at;
    return switch (state) {
      case DATA -> Step.DATA;
      case END -> Step.END;
      case REJECTED -> Step.REJECTED;
      default -> Step.NEED_MORE;
    };
  }

  /** Where the last {@link #parse} stopped. */
  public int position() {
    return position;
  }

  /** Bytes of data left in this chunk; 0 outside of data. */
  public long dataBytes() {
    return state == State.DATA ? size : 0;
  }

  /** Reports that the caller has read bytes of data. */
  public void passed(long bytes) {
    if (bytes > dataBytes()) {
      throw new IllegalArgumentException(bytes + " of " + dataBytes() + " bytes");
    }
    size -= bytes;
    if (size == 0 && state == State.DATA) {
      state = State.DATA_CR;
    }
  }

  /** The reason, after REJECTED. */
  public RejectReason reason() {
    if (reason == null) {
      throw new IllegalStateException("nothing was rejected");
    }
    return reason;
  }

  private void step(byte b) {
    switch (state) {
      case SIZE -> size(b);
      case EXTENSION_NAME,
          EXTENSION_VALUE_START,
          EXTENSION_TOKEN,
          EXTENSION_QUOTED,
          EXTENSION_ESCAPED,
          EXTENSION_QUOTED_END ->
          extension(b);
      case SIZE_LF -> {
        boolean last = size == 0;
        expect(b, Octets.LF, last ? State.TRAILER : State.DATA, RejectReason.BAD_CHUNK);
      }
      case DATA_CR -> expect(b, Octets.CR, State.DATA_LF, RejectReason.BAD_CHUNK);
      case DATA_LF -> {
        digits = 0;
        expect(b, Octets.LF, State.SIZE, RejectReason.BAD_CHUNK);
      }
      case TRAILER, TRAILER_NAME, TRAILER_VALUE, TRAILER_LF, LAST_LF -> trailer(b);
      case DATA, END, REJECTED -> throw new IllegalStateException(state.name());
    }
  }

  private void expect(byte b, byte expected, State next, RejectReason otherwise) {
    if (b == expected) {
      state = next;
    } else {
      reject(otherwise);
    }
  }

  private void reject(RejectReason why) {
    state = State.REJECTED;
    reason = why;
  }

  private void size(byte b) {
    int digit = Octets.hex(b);
    if (digit >= 0) {
      size = size << 4 | digit;
      if (++digits > SIZE_DIGITS || size > MAX_SIZE) {
        reject(RejectReason.BAD_CHUNK);
      }
    } else if (digits == 0) {
      reject(RejectReason.BAD_CHUNK);
    } else if (b == Octets.CR) {
      state = State.SIZE_LF;
    } else if (b == ';') {
      beginExtension();
    } else {
      reject(RejectReason.BAD_CHUNK);
    }
  }

  private void beginExtension() {
    partBytes = 0;
    state = State.EXTENSION_NAME;
    countExtension();
  }

  private void countExtension() {
    if (++extensionBytes > limits.chunkExtensionBytes()) {
      reject(RejectReason.CHUNK_EXTENSION_TOO_LONG);
    }
  }

  /** {@code ;name}, {@code ;name=token} or {@code ;name="quoted"}, without white space. */
  private void extension(byte b) {
    boolean inQuotes = state == State.EXTENSION_QUOTED || state == State.EXTENSION_ESCAPED;
    if (!inQuotes && (b == Octets.CR || b == ';')) {
      boolean whole = state == State.EXTENSION_QUOTED_END || partBytes > 0;
      if (!whole) {
        reject(RejectReason.BAD_CHUNK);
      } else if (b == ';') {
        beginExtension();
      } else {
        state = State.SIZE_LF;
      }
      return;
    }
    switch (state) {
      case EXTENSION_NAME -> {
        if (b == '=' && partBytes > 0) {
          partBytes = 0;
          state = State.EXTENSION_VALUE_START;
        } else {
          part(Octets.isToken(b));
        }
      }
      case EXTENSION_VALUE_START -> {
        if (b == '"') {
          state = State.EXTENSION_QUOTED;
        } else {
          state = State.EXTENSION_TOKEN;
          part(Octets.isToken(b));
        }
      }
      case EXTENSION_TOKEN -> part(Octets.isToken(b));
      case EXTENSION_QUOTED -> {
        if (b == '"') {
          state = State.EXTENSION_QUOTED_END;
        } else if (b == '\\') {
          state = State.EXTENSION_ESCAPED;
        } else {
          part(Octets.VALUE[b & 0xff]);
        }
      }
      case EXTENSION_ESCAPED -> {
        state = State.EXTENSION_QUOTED;
        part(Octets.VALUE[b & 0xff]);
      }
      default -> reject(RejectReason.BAD_CHUNK);
    }
    if (state != State.REJECTED) {
      countExtension();
    }
  }

  private void part(boolean allowed) {
    partBytes++;
    if (!allowed) {
      reject(RejectReason.BAD_CHUNK);
    }
  }

  private void trailer(byte b) {
    if (state != State.LAST_LF && ++trailerBytes > limits.trailerBytes() + 1) {
      reject(RejectReason.TRAILERS_TOO_LARGE); // + 1 for the CR of the last line
      return;
    }
    switch (state) {
      case TRAILER -> {
        if (b == Octets.CR) {
          state = State.LAST_LF;
        } else {
          nameBytes = 0;
          state = State.TRAILER_NAME;
          trailerName(b);
        }
      }
      case TRAILER_NAME -> trailerName(b);
      case TRAILER_VALUE -> {
        if (b == Octets.CR) {
          state = State.TRAILER_LF;
          endTrailer();
        } else if (!Octets.VALUE[b & 0xff]) {
          reject(RejectReason.BAD_TRAILER);
        } else {
          value.write(b);
        }
      }
      case TRAILER_LF -> expect(b, Octets.LF, State.TRAILER, RejectReason.BAD_TRAILER);
      case LAST_LF -> expect(b, Octets.LF, State.END, RejectReason.BAD_TRAILER);
      default -> throw new IllegalStateException(state.name());
    }
  }

  private void trailerName(byte b) {
    if (b == ':') {
      if (nameBytes == 0 || (nameBytes <= MAX_NAME_BYTES && isForbidden())) {
        reject(RejectReason.BAD_TRAILER);
      } else {
        state = State.TRAILER_VALUE;
      }
    } else if (!Octets.isToken(b)) {
      reject(RejectReason.BAD_TRAILER);
    } else {
      if (nameBytes < MAX_NAME_BYTES) {
        name[nameBytes] = b;
      }
      nameBytes++;
    }
  }

  private void endTrailer() {
    if (nameBytes <= MAX_NAME_BYTES) { // all that are used are shorter
      trailers.field(
          new String(name, 0, nameBytes, StandardCharsets.US_ASCII), value.toByteArray());
    }
    value.reset();
  }

  private boolean isForbidden() {
    return isNoTrailer(new String(name, 0, nameBytes, StandardCharsets.US_ASCII));
  }

  static boolean isNoTrailer(String name) {
    return NO_TRAILERS.contains(name.toLowerCase(Locale.ROOT));
  }
}
