package dev.millrace.content.write;

import io.undertow.util.StatusCodes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses multipart/form-data (RFC 7578) as it arrives. Memory is bounded by the fields of one part.
 * One thread at a time.
 */
final class FormParser {
  private static final int MAX_FIELDS_BYTES = 8 << 10;
  private static final int MAX_PADDING = 80; // spaces after a delimiter
  private static final Pattern BOUNDARY =
      Pattern.compile("(?i);\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70})(?=[\\s;]|$))");
  private static final Pattern FILE_NAME =
      Pattern.compile("(?i);\\s*filename=(?:\"([^\"]*)\"|([^\\s;\"]*))");

  /** Receives the parts. */
  interface Parts {
    /**
     * A part begins.
     *
     * @param fileName of a file; empty if no file was chosen, null for another kind of field
     */
    void begin(@Nullable String fileName) throws WriteException;

    /** Content of the part; valid during the call. */
    void content(ByteBuffer bytes) throws WriteException;

    void end() throws WriteException;
  }

  private enum State {
    /** Before the first delimiter, or in a part's content. */
    CONTENT,
    /** After a delimiter: two hyphens, or a line end. */
    DELIMITER,
    FIELDS,
    /** After the last part. */
    OVER
  }

  private final byte[] delimiter;
  private final Parts parts;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private State state = State.CONTENT;
  private int matched = 2; // of the delimiter; the first one needs no line end before it
  private boolean inPart;

  /**
   * @param boundary of the media type
   */
  FormParser(String boundary, Parts parts) {
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    this.parts = parts;
  }

  /** The boundary in a Content-Type field, or null if it is no form with files. */
  static @Nullable String boundary(@Nullable String contentType) {
    if (contentType == null || !contentType.regionMatches(true, 0, "multipart/form-data", 0, 19)) {
      return null;
    }
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.find()) {
      return null;
    }
    return boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
  }

  /** Whether the last delimiter was received. */
  boolean isOver() {
    return state == State.OVER;
  }

  /** Parses the bytes between position and limit. */
  void parse(ByteBuffer bytes) throws WriteException {
    while (bytes.hasRemaining()) {
      switch (state) {
        case CONTENT -> content(bytes);
        case DELIMITER -> afterDelimiter(bytes.get());
        case FIELDS -> field(bytes.get());
        case OVER -> bytes.position(bytes.limit()); // an epilogue is ignored
      }
    }
  }

  private void content(ByteBuffer bytes) throws WriteException {
    int start = bytes.position();
    while (bytes.hasRemaining()) {
      int at = bytes.position();
      byte b = bytes.get();
      if (b == delimiter[matched]) {
        if (matched == 0) {
          pass(bytes, start, at);
        }
        if (++matched == delimiter.length) {
          matched = 0;
          endPart();
          state = State.DELIMITER;
          return;
        }
      } else if (matched > 0) {
        // a delimiter has one CR, its first octet, so no other one can have begun within it
        pass(ByteBuffer.wrap(delimiter), 0, matched);
        matched = 0;
        start = at;
        bytes.position(at);
      }
    }
    if (matched == 0) {
      pass(bytes, start, bytes.limit());
    }
  }

  private void pass(ByteBuffer bytes, int from, int to) throws WriteException {
    if (inPart && from < to) {
      parts.content(bytes.duplicate().limit(to).position(from));
    }
  }

  private void endPart() throws WriteException {
    if (inPart) {
      inPart = false;
      parts.end();
    }
  }

  private void afterDelimiter(byte b) throws WriteException {
    line.write(b);
    String text = line.toString(StandardCharsets.ISO_8859_1);
    if (text.equals("--")) {
      state = State.OVER;
    } else if (text.matches("[ \\t]*\\r\\n")) {
      line.reset();
      state = State.FIELDS;
    } else if (line.size() > MAX_PADDING || !text.matches("-|[ \\t]*\\r?")) {
      throw malformed();
    }
  }

  private void field(byte b) throws WriteException {
    line.write(b);
    if (line.size() > MAX_FIELDS_BYTES) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "the fields of a part are too long");
    }
    if (b != '\n') {
      return;
    }
    byte[] all = line.toByteArray();
    boolean none = Arrays.equals(all, new byte[] {'\r', '\n'});
    int n = all.length;
    boolean ended =
        none || (n >= 4 && all[n - 2] == '\r' && all[n - 3] == '\n' && all[n - 4] == '\r');
    if (ended) {
      line.reset();
      state = State.CONTENT;
      inPart = true;
      parts.begin(fileName(new String(all, StandardCharsets.UTF_8)));
    }
  }

  /** The file name of a part, as browsers encode it (HTML, "multipart/form-data"). */
  private static @Nullable String fileName(String fields) {
    for (String field : fields.split("\r\n", -1)) {
      if (field.regionMatches(true, 0, "content-disposition:", 0, 20)) {
        Matcher name = FILE_NAME.matcher(field);
        if (!name.find()) {
          return null;
        }
        String text = name.group(1) == null ? name.group(2) : name.group(1);
        String last = text.substring(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
        return last.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
      }
    }
    return null;
  }

  private static WriteException malformed() {
    return new WriteException(StatusCodes.BAD_REQUEST, "the form is malformed");
  }
}
