package dev.millrace.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/** {@link Writer#asChannel}. */
final class WriterChannel implements WritableByteChannel {
  private final Writer writer;
  private boolean open = true;

  WriterChannel(Writer writer) {
    this.writer = writer;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    return writer.write(source);
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      writer.flush();
    }
  }
}
