package dev.millrace.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Passes everything to another writer, and the bytes that it accepted to a hasher, in the same
 * order. Preferably the other writer has the buffer.
 *
 * <p>Source: Zig {@code Writer.Hashed}.
 */
public final class HashedWriter extends Writer {
  private static final int STAGING_BYTES = 4096;

  private final Writer out;
  private final Hasher hasher;

  /** Writes to {@code out} through {@code buffer}, which may be empty. */
  public HashedWriter(Writer out, Hasher hasher, byte[] buffer) {
    super(buffer);
    this.out = out;
    this.hasher = hasher;
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    Slices all = new Slices(data.count() + 1).add(buffered());
    for (int i = 0; i < data.count(); i++) {
      if (data.isHeap(i)) {
        all.add(data.span(i));
      } else {
        all.add(data.segment(i), 0, data.length(i));
      }
    }
    long n = out.writeSplat(all, splat);
    showAll(hasher, all, splat, n);
    return consume(n);
  }

  /** Drains this writer, then flushes the other one. */
  @Override
  public void flush() throws WriteFailedException {
    super.flush();
    out.flush();
  }

  /** Passes the first {@code n} bytes of {@code data} to {@code hasher}. */
  static void showAll(Hasher hasher, Slices data, int splat, long n) {
    long left = n;
    int last = data.count() - 1;
    for (int i = 0; i < last && left > 0; i++) {
      left -= show(hasher, data, i, left);
    }
    for (int times = 0; times < splat && left > 0; times++) {
      left -= show(hasher, data, last, left);
    }
  }

  private static int show(Hasher hasher, Slices data, int i, long max) {
    int n = (int) Math.min(data.length(i), max);
    if (data.isHeap(i)) {
      Span span = data.span(i);
      hasher.update(span.array(), span.offset(), n);
      return n;
    }
    MemorySegment segment = data.segment(i);
    byte[] staging = new byte[Math.min(n, STAGING_BYTES)];
    for (int done = 0; done < n; ) {
      int chunk = Math.min(n - done, staging.length);
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, done, staging, 0, chunk);
      hasher.update(staging, 0, chunk);
      done += chunk;
    }
    return n;
  }
}
