package dev.millrace.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;

/** {@link Reader#asChannel}. */
final class ReaderChannel implements ReadableByteChannel {
  private final Reader reader;
  private boolean open = true;

  ReaderChannel(Reader reader) {
    this.reader = reader;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    try {
      return reader.read(target);
    } catch (EndOfStreamException end) {
      return -1;
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }
}
