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
 * Sends a response's body, chunk by chunk.
 *
 * <pre>
 *   WAITING ──chunk──► WRITING ──all written──► WAITING ...  ──end──► FLUSHING ──► DONE
 *                        ▲ │
 *                        └─┘ the channel accepts no bytes: wait until it is writable
 * </pre>
 *
 * <p>The transport has copied a chunk before the next one is requested. If a body cannot continue,
 * the connection is closed; a body is never padded. Loop thread only.
 */
public final class BodyTransfer implements BodySource.Receiver {
  private enum State {
    WAITING,
    WRITING,
    FLUSHING,
    /** The connection closed while a chunk was pending; its arrival releases everything. */
    ABORTED,
    DONE
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final HttpServerExchange exchange;
  private final ExchangeFailures failures;
  private final BodySource body;
  private final @Nullable RequestOrigin origin;
  private final StreamSinkChannel channel;
  private ByteBuffer pending = NOTHING;
  private @Nullable DescriptorChannel file;
  private long position;
  private long left;
  private State state = State.WRITING;
  private boolean listening;
  private boolean requesting;
  private boolean requestAgain;

  /**
   * @param failures handles failures of this transfer
   * @param body released by this transfer
   */
  public BodyTransfer(HttpServerExchange exchange, ExchangeFailures failures, BodySource body) {
    this.exchange = exchange;
    this.failures = failures;
    this.body = body;
    this.origin = RequestOrigin.of(exchange);
    this.channel = exchange.getResponseChannel();
  }

  public void start() {
    assert exchange.isInIoThread();
    onAbort(this::connectionClosed);
    write();
  }

  @Override
  public void onData(ByteBuffer bytes) {
    assert exchange.isInIoThread();
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
    assert exchange.isInIoThread();
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
    assert exchange.isInIoThread();
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
    requestNext();
  }

  /** A loop instead of recursion: a chunk may arrive before the request for it returns. */
  private void requestNext() {
    if (requesting) {
      requestAgain = true;
      return;
    }
    requesting = true;
    try {
      do {
        requestAgain = false;
        body.next(this);
      } while (requestAgain);
    } finally {
      requesting = false;
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

  /** Closes the connection, so that the client sees that the body is incomplete. */
  private void abort() {
    IoUtils.safeClose(exchange.getConnection());
    connectionClosed(); // if the connection was closed before, no callback comes
  }

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

  /** Sets the task to run when the connection closes; null for none. */
  private void onAbort(@Nullable Runnable task) {
    if (origin != null) {
      origin.onAbort(task);
    }
  }

  private void release() {
    pending = NOTHING;
    file = null;
    body.release();
  }
}
