package dev.millrace.io;

/** The slow paths and loops of {@link Reader}. */
final class ReaderBulk {
  private static final int MIN_GROWTH_BYTES = 512;

  private ReaderBulk() {}

  /** Calls the stream hook with a sink that cannot fail if the source respects {@code limit}. */
  static long stream(Reader r, Writer sink, Limit limit)
      throws EndOfStreamException, ReadFailedException {
    try {
      return r.streamSlow(sink, limit);
    } catch (WriteFailedException e) {
      throw new IllegalStateException(
          r.getClass().getName() + " wrote beyond its limit of " + limit.bytes() + " bytes", e);
    }
  }

  /**
   * The default {@link Reader#readVecSlow}: fills the first slice, or the buffer if that is larger.
   */
  static long readVecOnce(Reader r, Slices data, FixedWriter sink)
      throws EndOfStreamException, ReadFailedException {
    if (r.seek == r.end) {
      r.seek = 0;
      r.end = 0;
    }
    int room = r.buffer.length - r.end;
    int wanted = data.length(0);
    if (wanted == 0 || wanted < room) {
      long n = streamInto(r, sink.at(r.buffer, r.end), room);
      r.end += (int) n;
      return 0;
    }
    if (data.isHeap(0)) {
      Span target = data.span(0);
      return streamInto(r, sink.at(target.array(), target.offset()), wanted);
    }
    return stream(r, new SegmentWriter(data.segment(0)), Limit.limited(wanted));
  }

  private static long streamInto(Reader r, FixedWriter sink, int room)
      throws EndOfStreamException, ReadFailedException {
    int from = sink.end;
    try {
      long n = stream(r, sink, Limit.limited(room));
      if (n > room || sink.end - from != n) {
        throw new IllegalStateException(
            "%s wrote %d bytes under a limit of %d and returned %d"
                .formatted(r.getClass().getName(), sink.end - from, room, n));
      }
      return n;
    } finally {
      sink.at(Bytes.NONE, 0); // drops the reference to the caller's array
    }
  }

  /** {@link Reader#stream}, but must make progress, at least into the reader's buffer. */
  static long streamSome(Reader r, Writer w, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    int ready = r.bufferedLen();
    w.refused = false;
    long n = r.stream(w, limit);
    if (n == 0 && r.bufferedLen() == ready) {
      if (ready > 0 || w.refused) {
        throw w.nothingNow();
      }
      throw r.nothingNow();
    }
    return n;
  }

  static long streamRemaining(Reader r, Writer w) throws ReadFailedException, WriteFailedException {
    long total = 0;
    try {
      while (true) {
        total += streamSome(r, w, Limit.UNLIMITED);
      }
    } catch (EndOfStreamException end) {
      return total;
    }
  }

  static long discard(Reader r, long n) throws ReadFailedException {
    long done = Math.min(n, r.bufferedLen());
    r.toss((int) done);
    try {
      while (done < n) {
        int had = r.bufferedLen();
        long moved = r.discard(Limit.limited(n - done));
        if (moved == 0 && r.bufferedLen() == had) {
          throw r.nothingNow();
        }
        done += moved;
      }
    } catch (EndOfStreamException end) {
      return done;
    }
    return done;
  }

  static int takeBuffered(Reader r, byte[] target, int offset, int length) {
    int n = Math.min(length, r.end - r.seek);
    System.arraycopy(r.buffer, r.seek, target, offset, n);
    r.seek += n;
    return n;
  }

  /** Copies buffered bytes into {@code data} after its first {@code from} bytes. */
  private static long takeBuffered(Reader r, Slices data, long from) {
    long skip = from;
    long start = r.seek;
    for (int i = 0; i < data.count() && r.seek < r.end; i++) {
      int length = data.length(i);
      if (skip < length) {
        int at = (int) skip;
        int n = Math.min(length - at, r.end - r.seek);
        data.copyFrom(i, at, r.buffer, r.seek, n);
        r.seek += n;
        skip = 0;
      } else {
        skip -= length;
      }
    }
    return r.seek - start;
  }

  /** {@link Reader#readVec} after the first {@code from} bytes of {@code data}. */
  static long readVec(Reader r, Slices data, long from)
      throws EndOfStreamException, ReadFailedException {
    long room = data.total() - from;
    long n = takeBuffered(r, data, from);
    if (n > 0 || room == 0) {
      return n;
    }
    Slices rest = data;
    if (from > 0) {
      rest = new Slices(data.count());
      rest.assignRest(data, 1, from);
    }
    n = r.readVecSlow(rest);
    // The source may have filled the buffer instead.
    return n + (n < room ? takeBuffered(r, data, from + n) : 0);
  }

  /** Fills {@code data}; returns fewer bytes only at the end of the stream. */
  static long readVecShort(Reader r, Slices data) throws ReadFailedException {
    long total = data.total();
    long done = 0;
    try {
      while (done < total) {
        long n = readVec(r, data, done);
        if (n == 0) {
          throw r.nothingNow();
        }
        done += n;
      }
    } catch (EndOfStreamException end) {
      return done;
    }
    return done;
  }

  static void appendRemaining(Reader r, AllocatingWriter list, Limit limit)
      throws ReadFailedException, StreamTooLongException {
    long left = limit.bytes();
    try {
      while (left > 0) {
        long step = left;
        if (r.seek == r.end) {
          // Makes room first, so that the source writes directly into the list.
          list.ensureUnusedCapacity(
              (int) Math.min(left, Math.max(MIN_GROWTH_BYTES, r.buffer.length)));
          step = Math.min(left, list.unusedCapacity());
        }
        left -= streamSome(r, list, Limit.limited(step));
      }
      requireMore(r);
    } catch (EndOfStreamException end) {
      return;
    } catch (WriteFailedException full) {
      throw new StreamTooLongException("the list is full", full);
    }
    throw new StreamTooLongException("more than the limit of " + limit.bytes() + " bytes");
  }

  /** Returns if another byte follows; the byte stays unread. */
  private static void requireMore(Reader r) throws EndOfStreamException, ReadFailedException {
    if (r.buffer.length > 0 || r.bufferedLen() > 0) {
      r.fill(1);
    } else if (Delimiters.hasEnded(r)) {
      throw new EndOfStreamException("the stream has ended");
    }
  }
}
