package dev.millrace.io;

import java.nio.ByteOrder;
import java.util.Arrays;

/** The slow paths of {@link Writer}: a full buffer, or several slices. */
final class WriterRoom {
  private WriterRoom() {}

  /** {@link Writer#rebaseSlow} for sinks that make room by draining. */
  static void drainPreserving(Writer w, int preserve, int capacity) throws WriteFailedException {
    while (w.buffer.length - w.end < capacity) {
      int kept = Math.min(preserve, w.end);
      if (w.buffer.length - kept < capacity) {
        throw new IllegalArgumentException(
            "a buffer of %d bytes has no room for %d more behind %d kept"
                .formatted(w.buffer.length, capacity, kept));
      }
      // Hides the bytes to keep from the sink, then moves them after the bytes that it left, even
      // if it throws, so that no byte is lost or duplicated.
      int keptFrom = w.end - kept;
      w.end = keptFrom;
      try {
        w.drain(Slices.EMPTY, 1);
      } finally {
        System.arraycopy(w.buffer, keptFrom, w.buffer, w.end, kept);
        w.end += kept;
      }
      if (w.end >= keptFrom + kept) {
        throw w.nothingNow();
      }
    }
  }

  /**
   * Drains until the sink has accepted some of {@code data}, which does not fit the buffer, or
   * accepts nothing. A drain that accepted only buffered bytes returns zero but made progress, and
   * may have made room.
   */
  static long drainSome(Writer w, Slices data, int splat) throws WriteFailedException {
    while (true) {
      int had = w.end;
      long n = w.drain(data, splat);
      w.refused = n == 0 && w.end >= had;
      if (n > 0 || w.refused) {
        return n;
      }
      if (data.totalSplat(splat) <= w.unusedCapacity()) {
        return append(w, data, splat);
      }
    }
  }

  /** Copies the bytes of {@code data} that fit into the buffer; returns their number. */
  static long append(Writer w, Slices data, int splat) {
    long start = w.end;
    int last = data.count() - 1;
    for (int i = 0; i < last; i++) {
      if (!appendSlice(w, data, i)) {
        return w.end - start;
      }
    }
    if (last < 0 || splat == 0 || data.length(last) == 0) {
      return w.end - start;
    }
    int patternAt = w.end;
    if (appendSlice(w, data, last) && splat > 1) {
      repeat(w, patternAt, data.length(last), splat - 1L);
    }
    return w.end - start;
  }

  private static boolean appendSlice(Writer w, Slices data, int i) {
    int length = data.length(i);
    int n = Math.min(length, w.buffer.length - w.end);
    data.copyTo(i, 0, w.buffer, w.end, n);
    w.end += n;
    return n == length;
  }

  /** Appends the pattern at {@code at} {@code times} more, as far as there is room. */
  private static void repeat(Writer w, int at, int length, long times) {
    int n = (int) Math.min(length * times, w.buffer.length - w.end);
    if (length == 1) {
      Arrays.fill(w.buffer, w.end, w.end + n, w.buffer[at]);
      w.end += n;
      return;
    }
    // The copies repeat too, so each pass doubles them.
    int left = n;
    while (left > 0) {
      int chunk = Math.min(left, w.end - at);
      System.arraycopy(w.buffer, at, w.buffer, w.end, chunk);
      w.end += chunk;
      left -= chunk;
    }
  }

  static void writeSplatAll(Writer w, Slices data, int splat) throws WriteFailedException {
    long total = data.totalSplat(splat);
    long done = 0;
    Slices rest = data;
    int times = splat;
    while (done < total) {
      if (done > 0) {
        rest = rest == data ? new Slices(data.count() + 1) : rest;
        times = rest.assignRest(data, splat, done);
      }
      long n = w.writeSplat(rest, times);
      if (n == 0) {
        throw w.nothingNow();
      }
      done += n;
    }
  }

  static void splatByteAll(Writer w, byte value, int n) throws WriteFailedException {
    if (n >= 0 && n <= w.buffer.length - w.end) {
      Arrays.fill(w.buffer, w.end, w.end + n, value);
      w.end += n;
    } else {
      Slices data = w.one().add(Bytes.EVERY, value & 0xff, 1);
      try {
        writeSplatAll(w, data, n);
      } finally {
        data.clear();
      }
    }
  }

  static void writeByteSlow(Writer w, byte value) throws WriteFailedException {
    w.writeAll(Bytes.EVERY, value & 0xff, 1);
  }

  static void writeIntSlow(Writer w, long value, int n, ByteOrder order)
      throws WriteFailedException {
    byte[] bytes = new byte[n];
    for (int i = 0; i < n; i++) {
      int shift = order == ByteOrder.BIG_ENDIAN ? n - 1 - i : i;
      bytes[i] = (byte) (value >>> (shift * Byte.SIZE));
    }
    w.writeAll(bytes, 0, n);
  }
}
