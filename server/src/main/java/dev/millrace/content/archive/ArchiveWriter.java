package dev.millrace.content.archive;

import dev.millrace.content.archive.ArchiveWalk.Item;
import java.io.IOException;

/** Writes an archive; the same items give the same bytes. Worker threads, one at a time. */
interface ArchiveWriter {
  /** Begins an item. A file's content follows by {@link #write}: as many bytes as its size. */
  void begin(Item item) throws IOException;

  void write(byte[] bytes, int length) throws IOException;

  /** Ends an item. */
  void end(Item item) throws IOException;

  /** Ends the archive. */
  void finish() throws IOException;
}
