package dev.millrace.content.archive;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.content.archive.ArchiveWalk.Item;
import dev.millrace.files.OpenFile;
import dev.millrace.http.semantics.ByteRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Generates an archive or a part of it, chunk by chunk. A file that changes while it is read, or a
 * directory that changes, ends the body with a failure before the last chunk, so a client never
 * gets an archive that looks whole and is not. Worker threads, one at a time.
 */
final class ArchiveBody implements AutoCloseable {
  private static final int CHUNK_BYTES = 128 << 10;
  private static final int READ_BYTES = 64 << 10;

  private final ArchiveWalk walk;
  private final byte[] identity;
  private final @Nullable Window window;
  private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK_BYTES);
  private final ArchiveWriter writer;
  private final byte[] bytes = new byte[READ_BYTES];
  private @Nullable Item item;
  private @Nullable OpenFile file;
  private long position;
  private boolean ended;

  /**
   * @param walk closed by this object
   * @param identity what the walk's must be at its end
   * @param part of the archive, null for all of it
   */
  ArchiveBody(ArchiveWalk walk, ArchiveFormat format, byte[] identity, @Nullable ByteRange part)
      throws IOException {
    this.walk = walk;
    this.identity = identity;
    this.window = part == null ? null : new Window(chunk, part.first(), part.lengthBytes());
    this.writer = format.writer(window == null ? chunk : window);
  }

  /** The next chunk, or null at the end. */
  @Nullable ByteBuffer next() throws IOException {
    if (ended) {
      return null;
    }
    while (!ended && chunk.size() < CHUNK_BYTES) {
      if (window != null && window.isFull()) {
        endPart();
      } else {
        step();
      }
    }
    ByteBuffer made = ByteBuffer.wrap(chunk.toByteArray());
    chunk.reset();
    return made;
  }

  private void endPart() throws IOException {
    closeFile();
    while (walk.next() != null) {
      // only its identity counts
    }
    check();
    ended = true;
  }

  /** Fails if the walk was not that of the measured directory. */
  private void check() throws IOException {
    if (!MessageDigest.isEqual(identity, walk.identity())) {
      throw new IOException("a directory changed while it was archived");
    }
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
      check();
      writer.finish();
      ended = true;
      return;
    }
    writer.begin(next);
    item = next;
    position = 0;
  }

  private void copy(Item of) throws IOException {
    if (window != null && window.skipLeft() > 0) {
      long skipped = Math.min(window.skipLeft(), of.sizeBytes() - position);
      window.skipped(skipped);
      position += skipped;
      return;
    }
    OpenFile opened = file;
    if (opened == null) {
      opened = walk.open(of);
      file = opened;
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
