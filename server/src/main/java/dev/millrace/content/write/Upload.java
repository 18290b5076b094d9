package dev.millrace.content.write;

import dev.millrace.content.BodilessResponse;
import dev.millrace.content.write.WriteStats.Outcome;
import dev.millrace.http.exchange.RequestOrigin;
import dev.millrace.http.parser.RejectedException;
import dev.millrace.limits.ClientKey;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/**
 * One PUT, from its body to its response.
 *
 * <pre>
 *   loop    request ─┐         ┌► reads into one buffer, then the other ── end ─┐        ┌► response
 *                    ▼         │        │ full        ▲ both full: waits        ▼        │
 *   worker  conditions, room, file      └► hash, write ┘               digests, sync, name
 * </pre>
 *
 * <p>A body that fits into a buffer takes one step of a worker, after it was read.
 *
 * <p>A worker has at most one buffer, so the memory is bounded, and the connection's flow control
 * stops a client that is faster than the disk. Loop thread only.
 */
final class Upload implements ChannelListener<StreamSourceChannel> {
  private final HttpServerExchange exchange;
  private final Target target;
  private final WriteServices services;
  private final UploadBuffers buffers;
  private final LoopExecutors workers;
  private final ExpectedDigests expected;
  private final BodyWork work;
  private final @Nullable ResumableResponse resumable;
  private final @Nullable ClientKey client;
  private final @Nullable ComparedChecksum checksum;

  private ByteBuffer filling;
  private ByteBuffer other;
  private final boolean small; // all of it fits into a buffer, and one step of a worker stores it
  private boolean busy; // a worker has the work, and one buffer
  private boolean waits; // for bytes of the client
  private boolean bodyEnded;
  private boolean opened; // the work has a file
  private boolean finished; // the work has all of the body, or has refused a part of it
  private boolean ended;
  private long received;
  private final SlowBodyTimer timer;

  /**
   * @param work owned by this object
   * @param client for which the upload is counted, or null
   * @param checksum compares the body, which is not stored, or null; owned by this object
   * @param resumable the protocol of the work, if it keeps parts
   */
  Upload(
      HttpServerExchange exchange,
      Target target,
      WriteServices services,
      UploadBuffers buffers,
      ExpectedDigests expected,
      BodyWork work,
      @Nullable ClientKey client,
      @Nullable ComparedChecksum checksum,
      @Nullable ResumableResponse resumable) {
    this.exchange = exchange;
    this.target = target;
    this.services = services;
    this.buffers = buffers;
    this.workers = new LoopExecutors(services.threads(), exchange.getIoThread());
    this.expected = expected;
    this.work = work;
    this.client = client;
    this.checksum = checksum;
    this.resumable = resumable;
    int least = services.settings().minBytesPerSecond();
    this.timer =
        new SlowBodyTimer(
            exchange.getIoThread(), least, () -> waits ? received : -1, () -> tooSlow(least));
    this.filling = buffers.take();
    this.other = buffers.take();
    long length = exchange.getRequestContentLength();
    this.small =
        !work.keepsParts()
            && length >= 0
            && length < filling.capacity()
            && (checksum != null || !awaitsContinue(exchange));
  }

  private static boolean awaitsContinue(HttpServerExchange exchange) {
    RequestOrigin origin = RequestOrigin.of(exchange);
    return origin == null || origin.expectsContinue();
  }

  void start() {
    onAbort(() -> end(Outcome.ABORTED));
    timer.start();
    if (small) {
      opened();
      return;
    }
    if (checksum != null) {
      failed(
          new WriteException(
              StatusCodes.CONFLICT, "the server makes this file; send a digest of known length"));
      return;
    }
    long length = exchange.getRequestContentLength();
    onWorker(
        () -> {
          work.open(length);
          return true;
        },
        _ -> opened());
  }

  /** Runs a step on a worker, then another one here, unless the upload has ended meanwhile. */
  private <T> void onWorker(Callable<T> step, Consumer<T> next) {
    busy = true;
    workers.<T>call(
        step,
        result -> {
          busy = false;
          if (ended) {
            release();
          } else {
            next.accept(result);
          }
        },
        failure -> {
          busy = false;
          if (ended) {
            finished = true;
            release();
          } else {
            failed(failure);
          }
        });
  }

  // ---- the body --------------------------------------------------------------------------------

  private void opened() {
    opened = true;
    if (resumable != null) {
      resumable.announce(exchange);
    }
    if (exchange.isRequestComplete()) {
      bodyEnded = true;
      finish();
      return;
    }
    StreamSourceChannel channel = exchange.getRequestChannel();
    channel.getReadSetter().set(this);
    handleEvent(channel);
  }

  @Override
  public void handleEvent(StreamSourceChannel channel) {
    if (ended || bodyEnded) {
      return;
    }
    try {
      read(channel);
    } catch (RejectedException malformed) {
      failed(new WriteException(malformed.reason().status(), "the body is malformed"));
    } catch (IOException disconnected) {
      end(Outcome.ABORTED);
      IoUtils.safeClose(exchange.getConnection());
    } catch (RuntimeException | Error defect) {
      failed(defect);
    }
  }

  private void read(StreamSourceChannel channel) throws IOException {
    waits = false;
    while (!ended) {
      if (!filling.hasRemaining()) {
        if (busy) {
          channel.suspendReads(); // until the worker returns the other buffer
          return;
        }
        append(() -> handleEvent(channel));
        continue;
      }
      int n = channel.read(filling);
      if (n < 0) {
        bodyEnded = true;
        if (!busy) {
          finish();
        }
        return;
      }
      if (n == 0) {
        waits = true;
        channel.resumeReads();
        return;
      }
      received += n;
      if (received > work.maxBodyBytes(services.settings())) {
        failed(tooLarge(services.settings()));
      }
    }
  }

  static WriteException tooLarge(UploadSettings settings) {
    return new WriteException(
        StatusCodes.REQUEST_ENTITY_TOO_LARGE,
        "the body is larger than " + settings.maxBytes() + " bytes");
  }

  /** Hands the filled buffer to a worker, and fills the other one. */
  private void append(Runnable next) {
    ByteBuffer full = filling.flip();
    filling = other;
    other = full;
    onWorker(
        () -> {
          work.append(full);
          return true;
        },
        _ -> {
          full.clear();
          if (bodyEnded) {
            finish();
          } else {
            next.run();
          }
        });
  }

  // ---- the end ---------------------------------------------------------------------------------

  /** The body has ended, and no worker has a part of it. */
  private void finish() {
    long announced = exchange.getRequestContentLength();
    if (exchange.isComplete() || (announced >= 0 && received != announced)) {
      end(Outcome.ABORTED); // the request was terminated: its body only looks complete
      IoUtils.safeClose(exchange.getConnection());
      return;
    }
    if (checksum != null) {
      checksum.compare(exchange, filling.flip(), this::verified, this::failed);
      return;
    }
    if (small) {
      ByteBuffer body = filling.flip();
      onWorker(() -> store(body), this::committed);
      return;
    }
    if (filling.position() > 0) {
      append(() -> {});
      return;
    }
    try {
      HeaderMap trailers = exchange.getAttachment(HttpAttachments.REQUEST_TRAILERS);
      if (trailers != null) {
        expected.addDictionaries(trailers);
      }
    } catch (WriteException malformed) {
      failed(malformed);
      return;
    }
    finished = true;
    onWorker(() -> work.commit(expected), this::committed);
  }

  /** Does all for a body that is complete. */
  private Optional<Stored> store(ByteBuffer body) throws WriteException {
    try (work) {
      work.open(body.remaining());
      work.append(body);
      return work.commit(expected);
    }
  }

  private void committed(Optional<Stored> stored) {
    if (stored.isPresent()) {
      end(stored.get().created() ? Outcome.CREATED : Outcome.REPLACED);
      UploadResponse.send(exchange, target, stored.get(), resumable);
    } else if (resumable != null && work instanceof PartialWork partial) {
      end(Outcome.APPENDED);
      resumable.sendAppended(exchange, partial.position());
    } else if (work instanceof FormWork form) {
      end(null); // each file was counted
      FormResponse.send(exchange, form.results());
    }
  }

  private void verified() {
    if (ended) {
      return;
    }
    end(Outcome.VERIFIED);
    BodilessResponse.send(exchange, StatusCodes.NO_CONTENT);
  }

  private void failed(Throwable failure) {
    if (ended) {
      return;
    }
    finished =
        !(failure instanceof WriteException slow && slow.status() == StatusCodes.REQUEST_TIME_OUT);
    if (failure instanceof WriteException problem) {
      end(problem.outcome());
      logIfServerFailed(problem);
      ProblemResponse.send(exchange, problem);
    } else {
      end(failure instanceof RejectedExecutionException ? Outcome.REFUSED : Outcome.FAILED);
      target.mount().failures().failed(exchange, failure);
    }
  }

  private void logIfServerFailed(WriteException problem) {
    if (problem.status() == StatusCodes.INTERNAL_SERVER_ERROR) {
      target.mount().failures().record(exchange, problem);
    }
  }

  private void end(@Nullable Outcome outcome) {
    if (ended) {
      return;
    }
    ended = true;
    onAbort(null);
    timer.stop();
    if (outcome != null) {
      services.stats().ended(outcome);
    }
    services.end(client);
    if (!busy) {
      release(); // otherwise when the worker is done
    }
  }

  /** Ends the upload, because another request continues it. Any thread. */
  void supersede() {
    try {
      exchange
          .getIoThread()
          .execute(() -> {
            if (!ended) {
              end(Outcome.ABORTED);
              IoUtils.safeClose(exchange.getConnection());
            }
          });
    } catch (RejectedExecutionException stopping) {
      // the worker is stopping and closes the connection
    }
  }

  /** A large file without a name is removed by a worker: that takes time. */
  private void release() {
    if (checksum != null) {
      checksum.close();
    }
    if (small) {
      giveBuffers();
      work.close(); // a worker has closed the file
      return;
    }
    boolean keeps = work.keepsParts() && opened && !finished && filling.position() > 0;
    workers.<Boolean>call(
        () -> {
          try (work) {
            if (keeps) {
              work.append(filling.flip());
            }
          }
          return true;
        },
        _ -> giveBuffers(),
        failure -> {
          giveBuffers();
          if (failure instanceof RejectedExecutionException) {
            work.close();
          } else if (!(failure instanceof WriteException)) {
            target.mount().failures().record(exchange, failure);
          }
        });
  }

  private void giveBuffers() {
    buffers.give(filling);
    buffers.give(other);
  }

  private void tooSlow(int least) {
    failed(
        new WriteException(
            StatusCodes.REQUEST_TIME_OUT,
            "the body is slower than " + least + " bytes per second"));
  }

  private void onAbort(@Nullable Runnable task) {
    RequestOrigin origin = RequestOrigin.of(exchange);
    if (origin != null) {
      origin.onAbort(task);
    }
  }
}
