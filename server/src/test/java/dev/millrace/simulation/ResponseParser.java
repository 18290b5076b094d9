package dev.millrace.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Reads HTTP/1.1 responses, one after another, from bytes in any pieces. */
final class ResponseParser {
  private enum Phase {
    HEAD,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS,
    DONE
  }

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final Map<String, String> fields = new LinkedHashMap<>();
  private Phase phase = Phase.HEAD;
  private int status;
  private long left;

  /** Prepares for the next response. */
  void next() {
    phase = Phase.HEAD;
    status = 0;
    fields.clear();
    body.reset();
    line.reset();
  }

  /**
   * Takes bytes.
   *
   * @param head whether the response is to HEAD
   * @return bytes taken; fewer if the response is complete before
   */
  int take(byte[] bytes, int from, int to, boolean head) {
    int at = from;
    while (at < to && phase != Phase.DONE) {
      switch (phase) {
        case BODY, CHUNK -> {
          int n = (int) Math.min(left, to - at);
          body.write(bytes, at, n);
          at += n;
          left -= n;
          if (left == 0) {
            phase = phase == Phase.BODY ? Phase.DONE : Phase.CHUNK_END;
          }
        }
        default -> {
          byte b = bytes[at++];
          line.write(b);
          if (b == '\n') {
            String text = line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
            line.reset();
            line(text, head);
          }
        }
      }
    }
    return at - from;
  }

  private void line(String text, boolean head) {
    switch (phase) {
      case HEAD -> {
        if (status == 0) {
          status = Integer.parseInt(text.split(" ", 3)[1]);
        } else if (!text.isEmpty()) {
          int colon = text.indexOf(':');
          fields.put(
              text.substring(0, colon).toLowerCase(Locale.ROOT), text.substring(colon + 1).strip());
        } else if (status < 200) {
          status = 0;
          fields.clear();
        } else {
          beginBody(head);
        }
      }
      case CHUNK_SIZE -> {
        left = Long.parseLong(text.split(";", 2)[0].strip(), 16);
        phase = left == 0 ? Phase.TRAILERS : Phase.CHUNK;
      }
      case CHUNK_END -> phase = Phase.CHUNK_SIZE;
      case TRAILERS -> {
        if (text.isEmpty()) {
          phase = Phase.DONE;
        }
      }
      default -> throw new IllegalStateException(phase + ": " + text);
    }
  }

  private void beginBody(boolean head) {
    if (head || Answers.WITHOUT_BODY.contains(status)) {
      phase = Phase.DONE;
    } else if (fields.containsKey("transfer-encoding")) {
      phase = Phase.CHUNK_SIZE;
    } else {
      left = Long.parseLong(fields.getOrDefault("content-length", "0"));
      phase = left == 0 ? Phase.DONE : Phase.BODY;
    }
  }

  boolean isDone() {
    return phase == Phase.DONE;
  }

  /** Whether a head is complete, so that the response can be checked as far as it goes. */
  boolean hasHead() {
    return phase != Phase.HEAD;
  }

  /** Whether any byte of a response was taken. */
  boolean hasBegun() {
    return status != 0 || line.size() > 0;
  }

  int status() {
    return status;
  }

  Map<String, String> fields() {
    return new LinkedHashMap<>(fields);
  }

  byte[] body() {
    return body.toByteArray();
  }

  boolean closes() {
    return "close".equalsIgnoreCase(fields.get("connection"));
  }
}
