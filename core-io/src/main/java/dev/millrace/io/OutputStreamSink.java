package dev.millrace.io;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * {@link Writer#to(OutputStream, int)}. A failed stream does not report how many bytes it accepted,
 * so a retry could repeat bytes. Therefore every drain after a failure fails.
 */
final class OutputStreamSink extends Writer {
  private static final int STAGING_BYTES = 4096;

  private final OutputStream out;
  private @Nullable IOException failure;

  OutputStreamSink(OutputStream out, byte[] buffer) {
    super(buffer);
    this.out = out;
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    long done = 0;
    try {
      drainBuffer();
      if (data.totalSplat(splat) <= buffer.length) {
        return bufferFitting(data, splat);
      }
      int last = data.count() - 1;
      for (int i = 0; i < last + splat; i++) {
        int slice = Math.min(i, last);
        write(data, slice);
        done += data.length(slice);
      }
      return done;
    } catch (IOException e) {
      failure = e;
      if (done > 0) {
        return done; // the next drain reports the failure
      }
      throw new WriteFailedException("the output stream failed", e);
    }
  }

  private void requireSound() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  private void drainBuffer() throws IOException {
    requireSound();
    if (end > 0) {
      out.write(buffer, 0, end);
      consumeAll();
    }
  }

  private void write(Slices data, int i) throws IOException {
    int length = data.length(i);
    if (data.isHeap(i)) {
      Span span = data.span(i);
      out.write(span.array(), span.offset(), length);
      return;
    }
    // The buffer is empty here, but may be too small to be useful.
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
      requireSound();
      out.flush();
    } catch (IOException e) {
      throw new WriteFailedException("the output stream failed to flush", e);
    }
  }
}
