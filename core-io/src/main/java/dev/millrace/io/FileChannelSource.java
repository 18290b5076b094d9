package dev.millrace.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.OptionalLong;

/** {@link FileSource#of}. Changes only its own position, not the channel's. */
final class FileChannelSource implements FileSource {
  private final FileChannel channel;
  private final Reader reader;
  private long channelPosition;

  private FileChannelSource(FileChannel channel, long position, int bufferBytes) {
    this.channel = channel;
    this.channelPosition = position;
    this.reader = new PositionedReader(new byte[bufferBytes]);
  }

  static FileChannelSource at(FileChannel channel, int bufferBytes) throws ReadFailedException {
    try {
      return new FileChannelSource(channel, channel.position(), bufferBytes);
    } catch (IOException e) {
      throw new ReadFailedException("cannot get the position of the file", e);
    }
  }

  @Override
  public Reader reader() {
    return reader;
  }

  @Override
  public long position() {
    return channelPosition - reader.bufferedLen();
  }

  @Override
  public OptionalLong size() throws ReadFailedException {
    try {
      return OptionalLong.of(channel.size());
    } catch (IOException e) {
      throw new ReadFailedException("cannot get the size of the file", e);
    }
  }

  @Override
  public void skip(long n) {
    int ready = (int) Math.min(n, reader.bufferedLen());
    reader.toss(ready);
    channelPosition += n - ready;
  }

  /** Sends up to {@code limit} bytes from the position. Nothing may be buffered. */
  long transferTo(WritableByteChannel target, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    long left = size().orElseThrow() - channelPosition;
    if (left <= 0) {
      throw new EndOfStreamException("the file has ended");
    }
    try {
      long n = channel.transferTo(channelPosition, limit.min(left), target);
      channelPosition += n;
      return n;
    } catch (IOException e) {
      // The call both reads and writes, and its exception does not tell which of them failed.
      throw new WriteFailedException("the file could not be transferred", e);
    }
  }

  private final class PositionedReader extends PullReader {
    PositionedReader(byte[] buffer) {
      super(buffer);
    }

    @Override
    int pull(byte[] target, int offset, int length)
        throws EndOfStreamException, ReadFailedException {
      int n;
      try {
        n = channel.read(java.nio.ByteBuffer.wrap(target, offset, length), channelPosition);
      } catch (IOException e) {
        throw new ReadFailedException("the file could not be read", e);
      }
      if (n < 0) {
        throw new EndOfStreamException("the file has ended");
      }
      channelPosition += n;
      return n;
    }
  }
}
