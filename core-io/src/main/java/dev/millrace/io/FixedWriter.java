package dev.millrace.io;

/** Its buffer is the destination. A {@link Reader} also points one at where bytes shall go. */
final class FixedWriter extends Writer {
  FixedWriter(byte[] buffer) {
    super(buffer);
  }

  /** Points it at {@code array} from {@code from}; whoever does that sets the limit. */
  FixedWriter at(byte[] array, int from) {
    buffer = array;
    end = from;
    return this;
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    long n = bufferFitting(data, splat);
    if (n == 0 && data.totalSplat(splat) > 0) {
      throw full();
    }
    return n;
  }

  @Override
  public void flush() {
    // The bytes are where they belong.
  }

  @Override
  protected void rebaseSlow(int preserve, int capacity) throws WriteFailedException {
    throw full();
  }

  private WriteFailedException full() {
    return new WriteFailedException("the fixed buffer of " + buffer.length + " bytes is full");
  }
}
