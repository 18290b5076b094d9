package dev.millrace.io;

import java.nio.channels.FileChannel;
import java.util.OptionalLong;

/**
 * An open file to be sent: what {@link Writer#sendFile} needs to know of it, and no more. A sink
 * that knows the concrete file can do better than reading it.
 *
 * <p>The position is a logical one: the next byte {@link #reader} gives. One thread at a time.
 *
 * <p>Source: Zig {@code std.fs.File.Reader}, without its handle.
 */
public interface FileSource {
  /** A file source on {@code channel} from its current position; does not close it. */
  static FileSource of(FileChannel channel, int bufferBytes) throws ReadFailedException {
    return FileChannelSource.at(channel, bufferBytes);
  }

  /** Reads the file from its position; always the same reader. */
  Reader reader();

  /** Offset in bytes of the next byte to be read or sent. */
  long position();

  /** Size of the file in bytes, or nothing where it has none, such as a pipe. */
  OptionalLong size() throws ReadFailedException;

  /** Moves the position forward by {@code n} bytes, over buffered bytes first. */
  void skip(long n) throws ReadFailedException;
}
