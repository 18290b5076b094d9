package dev.millrace.io;

import java.nio.channels.FileChannel;
import java.util.OptionalLong;

/**
 * An open file to be sent by {@link Writer#sendFile}. A sink that knows the concrete file can send
 * it without reading it.
 *
 * <p>The position is logical: that of the next byte from {@link #reader}. One thread at a time.
 *
 * <p>Source: Zig {@code std.fs.File.Reader}, without its handle.
 */
public interface FileSource {
  /** Creates a source for {@code channel} from its current position; does not close it. */
  static FileSource of(FileChannel channel, int bufferBytes) throws ReadFailedException {
    return FileChannelSource.at(channel, bufferBytes);
  }

  /** Reads the file from its position; always the same reader. */
  Reader reader();

  /** Offset of the next byte to be read or sent. */
  long position();

  /** Size of the file in bytes; empty if it has none, such as a pipe. */
  OptionalLong size() throws ReadFailedException;

  /** Moves the position forward by {@code n} bytes, first over buffered bytes. */
  void skip(long n) throws ReadFailedException;
}
