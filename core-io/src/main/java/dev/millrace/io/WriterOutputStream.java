package dev.millrace.io;

import java.io.IOException;
import java.io.OutputStream;

/** {@link Writer#asOutputStream}. */
final class WriterOutputStream extends OutputStream {
  private final Writer writer;
  private boolean closed;

  WriterOutputStream(Writer writer) {
    this.writer = writer;
  }

  private Writer open() throws IOException {
    if (closed) {
      throw new IOException("the stream is closed");
    }
    return writer;
  }

  @Override
  public void write(int value) throws IOException {
    open().writeByte(value);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    open().writeAll(source, offset, length);
  }

  @Override
  public void flush() throws IOException {
    open().flush();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      writer.flush();
    }
  }
}
