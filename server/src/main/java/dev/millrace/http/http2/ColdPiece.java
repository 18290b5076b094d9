package dev.millrace.http.http2;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.files.ReadBuffer;
import dev.millrace.files.ReadBuffers;
import dev.millrace.files.RingReads;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** A piece of a stream's file that is not resident, so that the ring reads it. Loop thread only. */
final class ColdPiece {
  private final Http2Stream stream;
  private final DescriptorChannel file;
  private final ReadBuffers buffers;
  private final ReadBuffer buffer;
  private final int length;
  private boolean reading;
  private int at;
  private int end;

  /**
   * @param file shared while the ring reads
   * @param wanted maximum length of the piece
   * @param buffers lend the memory of the piece
   */
  ColdPiece(Http2Stream stream, DescriptorChannel file, long wanted, ReadBuffers buffers) {
    this.stream = stream;
    this.file = file.share();
    this.buffers = buffers;
    this.buffer = buffers.take(wanted);
    this.length = (int) Math.min(buffer.capacityBytes(), wanted);
  }

  Http2Stream stream() {
    return stream;
  }

  /**
   * Reads from the stream's position on.
   *
   * @param then called when bytes were read, or none because the file is unreadable or truncated
   */
  void read(RingReads reads, Consumer<ColdPiece> then) {
    reading = true;
    reads.read(
        file.descriptor(),
        buffer,
        length,
        stream.filePosition(),
        result -> {
          reading = false;
          end = Math.max(0, result);
          then.accept(this);
        });
  }

  boolean isReading() {
    return reading;
  }

  MemorySegment memory() {
    return buffer.memory();
  }

  /** Offset of the first byte that is not sent. */
  int at() {
    return at;
  }

  /** Bytes that are read and not sent. */
  int left() {
    return end - at;
  }

  void advance(int bytes) {
    at += bytes;
  }

  /** Returns the memory. The ring must not be reading. */
  void release() {
    buffers.give(buffer);
    try {
      file.close();
    } catch (IOException impossible) {
      throw new AssertionError(impossible); // only drops a share
    }
  }
}
