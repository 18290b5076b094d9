package dev.millrace.io;

import java.io.IOException;
import java.io.OutputStream;

/** {@link Writer#to(OutputStream, int)}. */
final class OutputStreamSink extends Writer {
  private static final int STAGING_BYTES = 4096;

  private final OutputStream out;

  OutputStreamSink(OutputStream out, byte[] buffer) {
    super(buffer);
    this.out = out;
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    try {
      if (end > 0) {
        out.write(buffer, 0, end);
        consumeAll();
      }
      if (data.totalSplat(splat) <= buffer.length) {
        return bufferFitting(data, splat);
      }
      int last = data.count() - 1;
      for (int i = 0; i < last; i++) {
        write(data, i);
      }
      for (int times = 0; times < splat; times++) {
        write(data, last);
      }
      return data.totalSplat(splat);
    } catch (IOException e) {
      throw new WriteFailedException("the output stream failed", e);
    }
  }

  private void write(Slices data, int i) throws IOException {
    int length = data.length(i);
    if (data.isHeap(i)) {
      Span span = data.span(i);
      out.write(span.array(), span.offset(), length);
      return;
    }
    // The buffer is empty here, but may be too small to be of use.
    byte[] staging = buffer.length >= STAGING_BYTES ? buffer : new byte[STAGING_BYTES];
    for (int done = 0; done < length; ) {
      int n = Math.min(length - done, staging.length);
      data.copyTo(i, done, staging, 0, n);
      out.write(staging, 0, n);
      done += n;
    }
  }

  @Override
  public void flush() throws WriteFailedException {
    super.flush();
    try {
      out.flush();
    } catch (IOException e) {
      throw new WriteFailedException("the output stream failed to flush", e);
    }
  }
}
