package dev.millrace.http.http2;

import org.jspecify.annotations.Nullable;

/** The streams that the server has reset last: frames of the client may be under way for them. */
final class RecentResets {
  private static final int REMEMBERED = 32;

  private int @Nullable [] streams;
  private int count;

  RecentResets() {}

  void add(int stream) {
    int[] known = streams;
    if (known == null) {
      known = new int[REMEMBERED];
      streams = known;
    }
    known[count++ % REMEMBERED] = stream;
  }

  boolean contains(int stream) {
    int[] known = streams;
    if (known != null) {
      for (int each : known) {
        if (each == stream) {
          return true;
        }
      }
    }
    return false;
  }
}
