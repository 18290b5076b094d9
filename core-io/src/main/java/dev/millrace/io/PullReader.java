package dev.millrace.io;

/**
 * A reader over a source that fills byte arrays. Fills the sink's buffer directly if its room is at
 * least this reader's buffer size, so that bytes are copied once.
 */
abstract class PullReader extends Reader {
  private static final int STAGING_BYTES = 4096;

  PullReader(byte[] buffer) {
    super(buffer);
  }

  /**
   * Reads once, up to {@code length} bytes (at least 1); returns the number, 0 if none are
   * available now.
   */
  abstract int pull(byte[] target, int offset, int length)
      throws EndOfStreamException, ReadFailedException;

  @Override
  protected final long streamSlow(Writer w, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    int room = w.unusedCapacity();
    if (room > 0 && room >= buffer.length) {
      int n = pull(w.buffer, w.end, limit.minInt(room));
      w.advance(n);
      return n;
    }
    if (seek != end) {
      // The buffer is in use. The sink must make room, or fail if it never can.
      w.ensureUnusedCapacity(1);
      int n = pull(w.buffer, w.end, limit.minInt(w.unusedCapacity()));
      w.advance(n);
      return n;
    }
    return streamThroughBuffer(w, limit);
  }

  private long streamThroughBuffer(Writer w, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    byte[] own = buffer;
    seek = 0;
    end = 0;
    if (own.length == 0) {
      // Stays the buffer until the sink has accepted all of it.
      buffer = new byte[limit.minInt(STAGING_BYTES)];
    }
    try {
      end = pull(buffer, 0, limit.minInt(buffer.length));
      int n = w.write(buffer, 0, end);
      seek = n;
      return n;
    } finally {
      if (seek == end) {
        seek = 0;
        end = 0;
        buffer = own;
      }
    }
  }

  @Override
  protected long readVecSlow(Slices data) throws EndOfStreamException, ReadFailedException {
    if (seek == end) {
      seek = 0;
      end = 0;
    }
    int room = buffer.length - end;
    int wanted = data.length(0);
    if (wanted > 0 && wanted >= room) {
      if (data.isHeap(0)) {
        Span target = data.span(0);
        return pull(target.array(), target.offset(), wanted);
      }
      return super.readVecSlow(data);
    }
    end += pull(buffer, end, room);
    return 0;
  }
}
