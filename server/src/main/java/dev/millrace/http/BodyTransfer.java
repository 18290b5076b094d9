package dev.millrace.http;

import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ReadBuffer;
import dev.millrace.files.ReadBuffers;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * Sends a file's bytes as the response's body.
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
  private final ConnectionTransfer connection;
  private final StreamSinkChannel channel;
  private final ReadBuffer buffer;
  private final long end;
  private long position;
  private State state = State.READING;
  private boolean listening;

  /**
   * @param file becomes this transfer's to close
   */
  BodyTransfer(HttpServerExchange exchange, FileAccess access, ReadBuffers buffers, OpenFile file) {
    this.exchange = exchange;
    this.access = access;
    this.buffers = buffers;
    this.file = file;
    this.end = file.facts().sizeBytes();
    this.connection = ConnectionTransfer.of(exchange);
    this.channel = exchange.getResponseChannel();
    this.buffer = buffers.take(end);
  }

  void start() {
    connection.begin(this::abort);
    readNext();
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
      buffer.bytes().limit(result);
      state = State.WRITING;
      write();
    }
  }

  private void write() {
    ByteBuffer bytes = buffer.bytes();
    try {
      while (bytes.hasRemaining()) {
        int n = channel.write(bytes);
        if (n == 0) {
          awaitWritable();
          return;
        }
        position += n;
      }
      if (listening) {
        channel.suspendWrites();
      }
      if (position == end) {
        channel.shutdownWrites();
        state = State.FLUSHING;
        release();
        flush();
      } else {
        readNext();
      }
    } catch (IOException gone) {
      breakOff();
    }
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
