package dev.millrace.io;

/** The buffer is the destination. A {@link Reader} reuses one instance for different arrays. */
final class FixedWriter extends Writer {
  FixedWriter(byte[] buffer) {
    super(buffer);
  }

  /** Makes {@code array} the buffer, written from {@code from}; the caller enforces the limit. */
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
    // The bytes are already at their destination.
  }

  @Override
  protected void rebaseSlow(int preserve, int capacity) throws WriteFailedException {
    throw full();
  }

  private WriteFailedException full() {
    return new WriteFailedException("the fixed buffer of " + buffer.length + " bytes is full");
  }
}
