package dev.millrace.io;

/** A source whose hook gives scripted amounts of known bytes and counts how often it is called. */
final class TestSource extends Reader {
  private final byte[] bytes;
  private final int[] steps;
  private int position;
  int hookCalls;

  /** Gives at most {@code steps[i % steps.length]} bytes in call {@code i}. */
  TestSource(byte[] bytes, byte[] buffer, int... steps) {
    super(buffer);
    this.bytes = bytes;
    this.steps = steps;
  }

  int position() {
    return position;
  }

  @Override
  protected long streamSlow(Writer w, Limit limit)
      throws EndOfStreamException, WriteFailedException {
    int step = steps.length == 0 ? Integer.MAX_VALUE : steps[hookCalls % steps.length];
    hookCalls++;
    if (position == bytes.length) {
      throw new EndOfStreamException("the test source has ended");
    }
    int n = w.write(bytes, position, limit.minInt(Math.min(step, bytes.length - position)));
    position += n;
    return n;
  }
}
