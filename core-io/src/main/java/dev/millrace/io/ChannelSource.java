package dev.millrace.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** {@link Reader#from(ReadableByteChannel, int)}. */
final class ChannelSource extends PullReader {
  private final ReadableByteChannel channel;
  private ByteBuffer wrapped = ByteBuffer.wrap(Bytes.NONE); // wraps the last target array

  ChannelSource(ReadableByteChannel channel, byte[] buffer) {
    super(buffer);
    this.channel = channel;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the same array, not equal bytes
  int pull(byte[] target, int offset, int length) throws EndOfStreamException, ReadFailedException {
    if (wrapped.array() != target) {
      wrapped = ByteBuffer.wrap(target);
    }
    return pull(wrapped.limit(offset + length).position(offset));
  }

  private int pull(ByteBuffer target) throws EndOfStreamException, ReadFailedException {
    int n;
    try {
      n = channel.read(target);
    } catch (IOException e) {
      throw new ReadFailedException("the channel failed", e);
    }
    if (n < 0) {
      throw new EndOfStreamException("the channel has ended");
    }
    return n;
  }

  /** Channels read into native memory directly, and into heap memory through a copy. */
  @Override
  protected long readVecSlow(Slices data) throws EndOfStreamException, ReadFailedException {
    if (seek == end && data.length(0) >= buffer.length && !data.isHeap(0)) {
      MemorySegment target = data.segment(0);
      return pull(target.asByteBuffer());
    }
    return super.readVecSlow(data);
  }
}
