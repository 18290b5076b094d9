package dev.millrace.http.http2;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.transport.DirectOutput;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The bytes that one connection sends. Between {@link #begin} and {@link #end} they are collected
 * in the loop's buffer and written together, so that TLS seals all frames of a turn at once. Loop
 * thread only.
 */
final class FrameOutput {
  /** Unsent bytes at which a connection prepares no more. */
  private static final int MAX_UNSENT_BYTES = 96 << 10;

  private final OutputBuffer buffer;
  private final StreamSinkConduit sink;
  private final @Nullable DirectOutput direct;
  private final Runnable whenSent;

  /** Bytes that the conduit has not accepted; null if there are none. */
  private @Nullable ByteBuffer rest;

  private int depth;
  private boolean broken;
  private boolean waits;

  /**
   * @param whenSent runs when there is room again, after {@link #hasRoom} was false
   */
  FrameOutput(OutputBuffer buffer, StreamSinkConduit sink, Runnable whenSent) {
    this.buffer = buffer;
    this.sink = sink;
    this.direct = sink instanceof DirectOutput output ? output : null;
    this.whenSent = whenSent;
  }

  /** Starts to collect bytes; calls may nest. */
  void begin() {
    if (depth++ == 0) {
      buffer.take(this);
    }
  }

  /** Writes the collected bytes at the end of the outermost pair. */
  void end() {
    if (--depth == 0) {
      buffer.give(this);
    }
  }

  boolean isBroken() {
    return broken;
  }

  /** Whether everything is written to the conduit, and nothing is about to be. */
  boolean isWritten() {
    return rest == null && depth == 0;
  }

  /**
   * Whether so many bytes may be added now. A single frame is always accepted if nothing is unsent.
   */
  boolean hasRoom(int bytes) {
    if (rest != null || broken) {
      return false;
    }
    long unsent = buffer.length(this) + (direct == null ? 0 : direct.unsentBytes());
    return unsent == 0 || unsent + bytes <= MAX_UNSENT_BYTES;
  }

  /** Requests that {@code whenSent} runs when there is room. */
  void awaitRoom() {
    if (waits || broken) {
      return;
    }
    if (rest != null) {
      waits = true; // the conduit is resumed already
    } else if (direct != null) {
      waits = true;
      direct.whenSent(this::sent);
    }
  }

  private void sent() {
    waits = false;
    whenSent.run();
  }

  /** The conduit accepts bytes again. */
  void writable() {
    if (writeRest() && waits) {
      sent();
    }
  }

  void add(byte[] bytes, int from, int length) {
    assert depth > 0;
    buffer.add(this, bytes, from, length);
  }

  void add(MemorySegment bytes, long from, int length) {
    assert depth > 0;
    buffer.add(this, bytes, from, length);
  }

  void addHeader(int length, int type, int flags, int stream) {
    assert depth > 0;
    buffer.addHeader(this, length, type, flags, stream);
  }

  /** Writes bytes to the conduit, or keeps what it does not accept. */
  private void write(byte[] bytes, int length) {
    if (broken) {
      return;
    }
    ByteBuffer some = ByteBuffer.wrap(bytes, 0, length);
    try {
      if (rest == null) {
        while (some.hasRemaining() && sink.write(some) > 0) {
          // until the conduit accepts no more
        }
      }
    } catch (IOException gone) {
      breaks();
      return;
    }
    if (some.hasRemaining()) {
      ByteBuffer before = rest;
      int kept = before == null ? 0 : before.remaining();
      ByteBuffer all = ByteBuffer.allocate(kept + some.remaining());
      if (before != null) {
        all.put(before);
      }
      rest = all.put(some).flip();
      sink.resumeWrites();
    }
  }

  private boolean writeRest() {
    ByteBuffer waiting = rest;
    if (waiting != null) {
      try {
        while (waiting.hasRemaining()) {
          if (sink.write(waiting) == 0) {
            return false;
          }
        }
      } catch (IOException gone) {
        breaks();
      }
      rest = null;
    }
    sink.suspendWrites();
    return true;
  }

  /** The connection's reader notices the failure too, and closes. */
  private void breaks() {
    broken = true;
    rest = null;
  }

  /** The buffer of one loop in which the present output collects its bytes. */
  static final class OutputBuffer {
    /** Two full TLS records of JSSE, which are sealed together. */
    private static final int BYTES = 2 * 16_367;

    private final byte[] bytes = new byte[BYTES];
    private int length;
    private @Nullable FrameOutput owner;

    OutputBuffer() {}

    private void take(FrameOutput output) {
      FrameOutput before = owner;
      if (before != output) {
        if (before != null) {
          writeOut(before);
        }
        owner = output;
      }
    }

    private void give(FrameOutput output) {
      if (output.equals(owner)) {
        writeOut(output);
        owner = null;
      }
    }

    private int length(FrameOutput output) {
      return output.equals(owner) ? length : 0;
    }

    private void writeOut(FrameOutput output) {
      int n = length;
      length = 0;
      if (n > 0) {
        output.write(bytes, n);
      }
    }

    private void add(FrameOutput output, byte[] from, int start, int count) {
      take(output);
      int at = start;
      int end = start + count;
      while (at < end) {
        int n = Math.min(room(output), end - at);
        System.arraycopy(from, at, bytes, length, n);
        length += n;
        at += n;
      }
    }

    private void add(FrameOutput output, MemorySegment from, long start, int count) {
      take(output);
      int done = 0;
      while (done < count) {
        int n = Math.min(room(output), count - done);
        MemorySegment.copy(from, JAVA_BYTE, start + done, bytes, length, n);
        length += n;
        done += n;
      }
    }

    private void addHeader(FrameOutput output, int size, int type, int flags, int stream) {
      take(output);
      if (BYTES - length < Frames.HEADER_BYTES) {
        writeOut(output);
      }
      Frames.putHeader(bytes, length, size, type, flags, stream);
      length += Frames.HEADER_BYTES;
    }

    /** The free space, at least one byte. */
    private int room(FrameOutput output) {
      if (length == BYTES) {
        writeOut(output);
      }
      return BYTES - length;
    }
  }
}
