package dev.millrace.io;

/** The file methods of {@link Writer}, built on its hook. */
final class SendFile {
  private static final Limit MOST = Limit.limited(Integer.MAX_VALUE);

  private SendFile() {}

  static long all(Writer w, FileSource file, Limit limit)
      throws ReadFailedException, WriteFailedException {
    long sent = 0;
    try {
      while (sent < limit.bytes()) {
        int had = w.end;
        long n = w.sendFile(file, limit.subtract(limit.isUnlimited() ? 0 : sent));
        if (n == Writer.UNIMPLEMENTED) {
          return sent + readingAll(w, file, limit.subtract(limit.isUnlimited() ? 0 : sent));
        }
        if (n == 0 && w.end >= had) {
          throw w.nothingNow();
        }
        sent += n;
      }
    } catch (EndOfStreamException end) {
      return sent;
    }
    return sent;
  }

  static long header(Writer w, Span header, FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    if (header.length() > w.unusedCapacity()) {
      Reader reader = file.reader();
      Span ready = limit.slice(reader.buffered());
      long n = w.writeVec(new Slices(2).add(header).add(ready));
      reader.toss((int) Math.max(0, n - header.length()));
      return n;
    }
    w.writeAll(header);
    try {
      long n = w.sendFile(file, limit);
      if (n != Writer.UNIMPLEMENTED) {
        return header.length() + n;
      }
    } catch (EndOfStreamException | ReadFailedException | WriteFailedException failed) {
      if (header.length() == 0) {
        throw failed;
      }
    }
    // The header is written and must be counted. The next call of the caller meets the end, the
    // failure, or the missing hook.
    return header.length() == 0 ? Writer.UNIMPLEMENTED : header.length();
  }

  static int reading(Writer w, FileSource file, Limit limit)
      throws EndOfStreamException, ReadFailedException, WriteFailedException {
    if (!limit.nonzero()) {
      return 0;
    }
    if (w.buffer.length == 0) {
      return (int) ReaderBulk.streamSome(file.reader(), w, limit.min(MOST));
    }
    w.ensureUnusedCapacity(1);
    int n = readSome(file.reader(), w.buffer, w.end, limit.minInt(w.unusedCapacity()));
    w.advance(n);
    return n;
  }

  /** Reads {@code length} bytes; returns fewer if a read fails or ends after at least one byte. */
  private static int readSome(Reader reader, byte[] target, int offset, int length)
      throws EndOfStreamException, ReadFailedException {
    int done = 0;
    try {
      while (done < length) {
        int n = reader.read(target, offset + done, length - done);
        if (n == 0) {
          throw reader.nothingNow();
        }
        done += n;
      }
    } catch (EndOfStreamException | ReadFailedException failed) {
      if (done == 0) {
        throw failed;
      }
    }
    return done;
  }

  static long readingAll(Writer w, FileSource file, Limit limit)
      throws ReadFailedException, WriteFailedException {
    long sent = 0;
    try {
      while (sent < limit.bytes()) {
        sent += reading(w, file, limit.subtract(limit.isUnlimited() ? 0 : sent));
      }
    } catch (EndOfStreamException end) {
      return sent;
    }
    return sent;
  }
}
