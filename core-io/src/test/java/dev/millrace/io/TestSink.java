package dev.millrace.io;

import java.io.ByteArrayOutputStream;

/** A sink that takes scripted amounts, remembers the bytes and counts drains. */
final class TestSink extends Writer {
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
  private final int[] steps;
  int drains;

  /** Takes at most {@code steps[i % steps.length]} bytes in drain {@code i}. */
  TestSink(byte[] buffer, int... steps) {
    super(buffer);
    this.steps = steps;
  }

  /** What has reached the sink. */
  byte[] taken() {
    return taken.toByteArray();
  }

  @Override
  protected long drain(Slices data, int splat) {
    int room = steps.length == 0 ? Integer.MAX_VALUE : steps[drains % steps.length];
    drains++;
    AllocatingWriter all = new AllocatingWriter();
    try {
      all.writeAll(buffered());
      all.writeSplatAll(data, splat);
    } catch (WriteFailedException e) {
      throw new AssertionError(e);
    }
    int n = Math.min(room, all.bufferedLen());
    taken.write(all.buffer, 0, n);
    return consume(n);
  }
}
