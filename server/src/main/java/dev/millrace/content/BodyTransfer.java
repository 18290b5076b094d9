package dev.millrace.content;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RequestOrigin;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * Sends a response's body, one piece after another.
 *
 * <pre>
 *   WAITING ──piece──► WRITING ──all taken──► WAITING ...  ──end──► FLUSHING ──► DONE
 *                        ▲ │
 *                        └─┘ the channel took none: wait until it is writable
 * </pre>
 *
 * <p>The transport has copied a piece when the next is asked for. A body that cannot be continued
 * ends in a closed connection, never in padding. Event thread only.
 */
public final class BodyTransfer implements BodySource.Receiver {
  private enum State {
    WAITING,
    WRITING,
    FLUSHING,
    /** The connection is gone while a piece is awaited; when it comes, everything is released. */
    ABORTED,
    DONE
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final HttpServerExchange exchange;
  private final ExchangeFailures failures;
  private final BodySource pieces;
  private final @Nullable RequestOrigin origin;
  private final StreamSinkChannel channel;
  private ByteBuffer pending = NOTHING;
  private @Nullable DescriptorChannel file;
  private long position;
  private long left;
  private State state = State.WRITING;
  private boolean listening;
  private boolean asking;
  private boolean askAgain;

  /**
   * @param failures where this transfer fails
   * @param pieces are this transfer's to release
   */
  public BodyTransfer(HttpServerExchange exchange, ExchangeFailures failures, BodySource pieces) {
    this.exchange = exchange;
    this.failures = failures;
    this.pieces = pieces;
    this.origin = RequestOrigin.of(exchange);
    this.channel = exchange.getResponseChannel();
  }

  public void start() {
    onAbort(this::connectionClosed);
    write();
  }

  @Override
  public void onData(ByteBuffer bytes) {
    if (state == State.ABORTED) {
      release();
    } else {
      pending = bytes;
      state = State.WRITING;
      guardedWrite();
    }
  }

  @Override
  public void onData(DescriptorChannel file, long position, long lengthBytes) {
    if (state == State.ABORTED) {
      release();
    } else {
      this.file = file;
      this.position = position;
      left = lengthBytes;
      state = State.WRITING;
      guardedWrite();
    }
  }

  @Override
  public void end() {
    if (state == State.ABORTED) {
      release();
      return;
    }
    try {
      channel.shutdownWrites();
      state = State.FLUSHING;
      release();
      flush();
    } catch (IOException gone) {
      state = State.WRITING;
      abort();
    } catch (RuntimeException | Error defect) {
      failed(defect);
    }
  }

  @Override
  public void failed() {
    if (state == State.ABORTED) {
      release();
    } else {
      state = State.WRITING;
      abort();
    }
  }

  @Override
  public void failed(Throwable failure) {
    failures.record(exchange, failure);
    failed();
  }

  private void guardedWrite() {
    try {
      write();
    } catch (RuntimeException | Error defect) {
      failed(defect);
    }
  }

  private void write() {
    try {
      while (pending.hasRemaining()) {
        if (channel.write(pending) == 0) {
          awaitWritable();
          return;
        }
      }
      DescriptorChannel source = file;
      while (source != null && left > 0) {
        long n = channel.transferFrom(source, position, left);
        if (n == 0) {
          awaitWritable();
          return;
        }
        position += n;
        left -= n;
      }
      file = null;
    } catch (IOException gone) {
      abort();
      return;
    }
    if (listening) {
      channel.suspendWrites();
    }
    state = State.WAITING;
    askForNext();
  }

  /** A piece may come before the request for it returns: a loop, so that the stack stays flat. */
  private void askForNext() {
    if (asking) {
      askAgain = true;
      return;
    }
    asking = true;
    try {
      do {
        askAgain = false;
        pieces.next(this);
      } while (askAgain);
    } finally {
      asking = false;
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
      guardedWrite();
    } else if (state == State.FLUSHING) {
      try {
        flush();
      } catch (IOException gone) {
        abort();
      } catch (RuntimeException | Error defect) {
        failed(defect);
      }
    }
  }

  private void flush() throws IOException {
    if (channel.flush()) {
      state = State.DONE;
      onAbort(null);
      exchange.endExchange();
    } else {
      awaitWritable();
    }
  }

  /** The client must notice that the body is not whole: close, whatever was announced. */
  private void abort() {
    IoUtils.safeClose(exchange.getConnection());
    connectionClosed(); // in case the connection had been closed before, and told nobody
  }

  /** The connection is gone. */
  private void connectionClosed() {
    onAbort(null);
    switch (state) {
      case WAITING -> state = State.ABORTED;
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

  /** From now on the connection's end runs this, or nothing. */
  private void onAbort(@Nullable Runnable task) {
    if (origin != null) {
      origin.onAbort(task);
    }
  }

  private void release() {
    pending = NOTHING;
    file = null;
    pieces.release();
  }
}
