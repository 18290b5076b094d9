package dev.millrace.io;

/** Fails every read. */
final class FailingReader extends Reader {
  FailingReader() {
    super(Bytes.NONE);
  }

  @Override
  protected long streamSlow(Writer w, Limit limit) throws ReadFailedException {
    throw failure();
  }

  @Override
  protected long discardSlow(Limit limit) throws ReadFailedException {
    throw failure();
  }

  @Override
  protected long readVecSlow(Slices data) throws ReadFailedException {
    throw failure();
  }

  @Override
  protected void rebaseSlow(int capacity) {
    // There is no buffer, and the hook that would use it fails.
  }

  private static ReadFailedException failure() {
    return new ReadFailedException("this reader always fails");
  }
}
