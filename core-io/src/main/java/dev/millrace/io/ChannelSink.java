package dev.millrace.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * {@link Writer#to(WritableByteChannel, int)}. A channel may accept fewer bytes than offered. If it
 * fails after it accepted bytes, the write is short, and the next one calls the channel again.
 */
final class ChannelSink extends Writer {
  private final WritableByteChannel channel;
  private final ByteBuffer wrapped; // wraps the buffer, which is never replaced

  ChannelSink(WritableByteChannel channel, byte[] buffer) {
    super(buffer);
    this.channel = channel;
    this.wrapped = ByteBuffer.wrap(buffer);
  }

  @Override
  protected long drain(Slices data, int splat) throws WriteFailedException {
    if (!drainBuffer()) {
      return 0;
    }
    if (data.totalSplat(splat) <= buffer.length) {
      return bufferFitting(data, splat);
    }
    long done = 0;
    int last = data.count() - 1;
    for (int i = 0; i < last + Math.min(splat, 1); i++) {
      int length = data.length(i);
      for (int times = i == last ? splat : 1; times > 0; times--) {
        int n;
        try {
          n = put(data.segment(i).asByteBuffer());
        } catch (WriteFailedException failed) {
          if (done > 0) {
            return done;
          }
          throw failed;
        }
        done += n;
        if (n < length) {
          return done;
        }
      }
    }
    return done;
  }

  private boolean drainBuffer() throws WriteFailedException {
    if (end > 0) {
      consume(put(wrapped.limit(end).position(0)));
    }
    return end == 0;
  }

  private int put(ByteBuffer bytes) throws WriteFailedException {
    try {
      return channel.write(bytes);
    } catch (IOException e) {
      throw new WriteFailedException("the channel failed", e);
    }
  }

  @Override
  public long sendFile(FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    if (!(file instanceof FileChannelSource source) || !limit.nonzero()) {
      return limit.nonzero() ? UNIMPLEMENTED : 0;
    }
    if (!drainBuffer()) {
      return 0;
    }
    if (source.reader().bufferedLen() > 0) {
      return source.reader().stream(this, limit);
    }
    return source.transferTo(channel, limit);
  }
}
