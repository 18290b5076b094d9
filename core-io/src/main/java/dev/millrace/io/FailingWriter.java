package dev.millrace.io;

/** Fails every write. Stateless, so one instance can be shared. */
final class FailingWriter extends Writer {
  static final FailingWriter PROBE = new FailingWriter();

  FailingWriter() {
    super(Bytes.NONE);
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    throw failure();
  }

  @Override
  public long sendFile(FileSource file, Limit limit) throws WriteFailedException {
    throw failure();
  }

  @Override
  protected void rebaseSlow(int preserve, int capacity) throws WriteFailedException {
    throw failure();
  }

  private static WriteFailedException failure() {
    return new WriteFailedException("this writer always fails");
  }
}
