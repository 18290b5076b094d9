package dev.millrace.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/** {@link Reader#asInputStream}. */
final class ReaderInputStream extends InputStream {
  private final Reader reader;
  private boolean closed;

  ReaderInputStream(Reader reader) {
    this.reader = reader;
  }

  private Reader open() throws IOException {
    if (closed) {
      throw new IOException("the stream is closed");
    }
    return reader;
  }

  @Override
  public int read() throws IOException {
    Reader r = open();
    if (r.buffer.length == 0) {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
    try {
      return r.takeByte();
    } catch (EndOfStreamException end) {
      return -1;
    }
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    try {
      int n = open().read(target, offset, length);
      if (n == 0) {
        // An input stream blocks; it cannot report "not now".
        throw reader.nothingNow();
      }
      return n;
    } catch (EndOfStreamException end) {
      return -1;
    }
  }

  @Override
  public long skip(long n) throws IOException {
    return n <= 0 ? 0 : open().discardShort(n);
  }

  @Override
  public long transferTo(OutputStream out) throws IOException {
    Writer sink = new OutputStreamSink(out, Bytes.NONE);
    return open().streamRemaining(sink);
  }

  @Override
  public int available() throws IOException {
    return open().bufferedLen();
  }

  @Override
  public void close() {
    closed = true;
  }
}
