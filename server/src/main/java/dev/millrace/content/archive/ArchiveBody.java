package dev.millrace.content.archive;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.content.archive.ArchiveWalk.Item;
import dev.millrace.files.OpenFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Generates an archive, chunk by chunk. A file that becomes shorter while it is read ends the body
 * with a failure, so a client never gets an archive that looks whole. Worker threads, one at a
 * time.
 */
final class ArchiveBody implements AutoCloseable {
  private static final int CHUNK_BYTES = 128 << 10;
  private static final int READ_BYTES = 64 << 10;

  private final ArchiveWalk walk;
  private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK_BYTES);
  private final ArchiveWriter writer;
  private final byte[] bytes = new byte[READ_BYTES];
  private @Nullable Item item;
  private @Nullable OpenFile file;
  private long position;
  private boolean ended;

  /**
   * @param walk closed by this object
   */
  ArchiveBody(ArchiveWalk walk, ArchiveFormat format) throws IOException {
    this.walk = walk;
    this.writer = format.writer(chunk);
  }

  /** The next chunk, or null at the end. */
  @Nullable ByteBuffer next() throws IOException {
    if (ended) {
      return null;
    }
    while (!ended && chunk.size() < CHUNK_BYTES) {
      step();
    }
    ByteBuffer made = ByteBuffer.wrap(chunk.toByteArray());
    chunk.reset();
    return made;
  }

  private void step() throws IOException {
    Item current = item;
    if (current == null) {
      begin();
    } else if (position < current.sizeBytes()) {
      copy(current);
    } else {
      writer.end(current);
      closeFile();
      item = null;
    }
  }

  private void begin() throws IOException {
    Item next = walk.next();
    if (next == null) {
      writer.finish();
      ended = true;
      return;
    }
    if (!next.directory()) {
      file = walk.open(next);
    }
    writer.begin(next);
    item = next;
    position = 0;
  }

  private void copy(Item of) throws IOException {
    OpenFile opened = file;
    if (opened == null) {
      throw new IllegalStateException("no file is open");
    }
    int length = (int) Math.min(READ_BYTES, of.sizeBytes() - position);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(length);
      long n = opened.readNow(segment, length, position);
      if (n <= 0) {
        throw new IOException("a file became shorter while it was archived");
      }
      MemorySegment.copy(segment, JAVA_BYTE, 0, bytes, 0, (int) n);
      writer.write(bytes, (int) n);
      position += n;
    }
  }

  private void closeFile() {
    OpenFile opened = file;
    if (opened != null) {
      file = null;
      opened.close();
    }
  }

  @Override
  public void close() {
    closeFile();
    walk.close();
  }
}
