package dev.millrace.http.http2;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The open streams of one connection, at most as many as the server allows, and the order in which
 * they send: by urgency (RFC 9218 §4.1), and in turns within one urgency. Loop thread only.
 */
final class StreamTable {
  private static final Http2Stream[] NONE = {};

  private @Nullable Http2Stream[] streams = NONE;
  private int[] ids = {};
  private int count;

  /** Index of the stream that has sent last. */
  private int last;

  StreamTable() {}

  int count() {
    return count;
  }

  @Nullable Http2Stream get(int id) {
    for (int i = count - 1; i >= 0; i--) {
      if (ids[i] == id) {
        return streams[i];
      }
    }
    return null;
  }

  void add(Http2Stream stream) {
    if (count == ids.length) {
      int capacity = Math.max(4, 2 * count);
      streams = Arrays.copyOf(streams, capacity);
      ids = Arrays.copyOf(ids, capacity);
    }
    streams[count] = stream;
    ids[count++] = stream.id();
  }

  void remove(Http2Stream stream) {
    for (int i = 0; i < count; i++) {
      if (ids[i] == stream.id()) {
        count--;
        System.arraycopy(streams, i + 1, streams, i, count - i);
        System.arraycopy(ids, i + 1, ids, i, count - i);
        streams[count] = null;
        last -= i <= last ? 1 : 0;
        break;
      }
    }
    if (count == 0) {
      streams = NONE;
      ids = new int[0];
      last = 0;
    }
  }

  /** The stream that sends next, of those that can; null if there is none. */
  @Nullable Http2Stream next(Predicate<Http2Stream> canSend) {
    int chosen = -1;
    int urgency = Integer.MAX_VALUE;
    for (int i = 1; i <= count; i++) {
      int at = Math.floorMod(last + i, count);
      Http2Stream stream = streams[at];
      if (stream != null && stream.urgency() < urgency && canSend.test(stream)) {
        chosen = at;
        urgency = stream.urgency();
      }
    }
    if (chosen < 0) {
      return null;
    }
    last = chosen;
    return streams[chosen];
  }

  /** A copy of the streams. */
  Http2Stream[] all() {
    Http2Stream[] copy = new Http2Stream[count];
    System.arraycopy(streams, 0, copy, 0, count);
    return copy;
  }
}
