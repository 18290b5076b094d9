package dev.millrace.http;

import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ReadBuffer;
import dev.millrace.files.ReadBuffers;
import dev.millrace.plan.ByteRange;
import dev.millrace.plan.MultipartRanges;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * Sends ranges of a file as the response's body.
 *
 * <pre>
 *   READING ──bytes──► WRITING ──all taken──► READING ...  ──last byte──► FLUSHING ──► DONE
 *                         ▲ │
 *                         └─┘ the channel took none: wait until it is writable
 * </pre>
 *
 * <p>One buffer a transfer: the next piece is read while the transport sends the last one, which it
 * has copied. A file that turns out shorter than its head said ends in a closed connection, never
 * in padding. Event thread only.
 */
final class BodyTransfer {
  private enum State {
    READING,
    WRITING,
    FLUSHING,
    /** The connection is gone while a read is in flight; its completion releases everything. */
    ABORTED,
    DONE
  }

  private final HttpServerExchange exchange;
  private final FileAccess access;
  private final ReadBuffers buffers;
  private final OpenFile file;
  private final Body body;
  private final ConnectionTransfer connection;
  private final StreamSinkChannel channel;
  private final ReadBuffer buffer;

  /** What is being written: the buffer, or a piece of the frame. */
  private ByteBuffer pending;

  /** The range being sent; one past the last while the tail of the frame is. */
  private int rangeIndex = -1;

  private long position;
  private long end;
  private State state = State.READING;
  private boolean listening;

  /**
   * @param file becomes this transfer's to close
   * @param body of at least one byte
   */
  BodyTransfer(
      HttpServerExchange exchange,
      FileAccess access,
      ReadBuffers buffers,
      OpenFile file,
      Body body) {
    this.exchange = exchange;
    this.access = access;
    this.buffers = buffers;
    this.file = file;
    this.body = body;
    this.connection = ConnectionTransfer.of(exchange);
    this.channel = exchange.getResponseChannel();
    this.buffer = buffers.take(body.lengthBytes());
    this.pending = buffer.bytes().limit(0);
  }

  void start() {
    connection.begin(this::abort);
    state = State.WRITING;
    write();
  }

  private void readNext() {
    state = State.READING;
    int length = (int) Math.min(buffer.capacityBytes(), end - position);
    buffer.bytes().clear();
    access.read(file, position, buffer, length, this::read);
  }

  private void read(int result) {
    if (state == State.ABORTED) {
      release();
    } else if (result <= 0) {
      state = State.WRITING;
      breakOff(); // unreadable, or truncated since the head was sent
    } else {
      pending = buffer.bytes().limit(result);
      position += result;
      state = State.WRITING;
      write();
    }
  }

  /** Writes what is pending and what of the frame follows it, up to the next read or the end. */
  private void write() {
    try {
      do {
        while (pending.hasRemaining()) {
          if (channel.write(pending) == 0) {
            awaitWritable();
            return;
          }
        }
      } while (position == end && nextFrame());
      if (listening) {
        channel.suspendWrites();
      }
      if (position < end) {
        readNext();
      } else {
        channel.shutdownWrites();
        state = State.FLUSHING;
        release();
        flush();
      }
    } catch (IOException gone) {
      breakOff();
    }
  }

  /** Goes on to the next range, or past the last; false if there is nothing to write before it. */
  private boolean nextFrame() {
    if (rangeIndex == body.ranges().size()) {
      return false;
    }
    rangeIndex++;
    boolean more = rangeIndex < body.ranges().size();
    if (more) {
      ByteRange range = body.ranges().get(rangeIndex);
      position = range.first();
      end = range.last() + 1;
    }
    MultipartRanges frame = body.frame();
    if (frame == null) {
      return false;
    }
    String text = more ? frame.heads().get(rangeIndex) : frame.tail();
    pending = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    return true;
  }

  private void awaitWritable() {
    if (!listening) {
      listening = true;
      channel.getWriteSetter().set(ready -> writable());
    }
    channel.resumeWrites();
  }

  private void writable() {
    if (state == State.WRITING) {
      write();
    } else if (state == State.FLUSHING) {
      try {
        flush();
      } catch (IOException gone) {
        breakOff();
      }
    }
  }

  private void flush() throws IOException {
    if (channel.flush()) {
      state = State.DONE;
      connection.end();
      exchange.endExchange();
    } else {
      awaitWritable();
    }
  }

  /** The client must notice that the body is not whole: close, whatever was announced. */
  private void breakOff() {
    IoUtils.safeClose(exchange.getConnection());
    abort(); // in case the connection had been closed before, and told nobody
  }

  /** The connection is gone. */
  private void abort() {
    connection.end();
    switch (state) {
      case READING -> state = State.ABORTED;
      case WRITING -> {
        state = State.DONE;
        release();
      }
      case FLUSHING -> state = State.DONE;
      case ABORTED, DONE -> {
        return;
      }
    }
    exchange.endExchange();
  }

  private void release() {
    file.close();
    buffers.give(buffer);
  }
}
