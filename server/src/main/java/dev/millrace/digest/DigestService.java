package dev.millrace.digest;

import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ReadBuffers;
import dev.millrace.sync.ThreadPool;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Computes SHA-256 of files on request.
 *
 * <p>So many files are hashed at once; further requests wait in order, and past the bound of that
 * queue they are answered at once with none. Event thread only, callbacks too.
 */
public final class DigestService {
  private static final int MAX_RUNNING = 32;
  private static final int MAX_WAITING = 4096;

  private final FileAccess access;
  private final ReadBuffers buffers;
  private final ThreadPool pool;
  private final Executor events;
  private final ArrayDeque<HashJob> waiting = new ArrayDeque<>();
  private int running;
  private final AtomicLong computed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  /**
   * @param events runs a task on the event thread
   */
  public DigestService(FileAccess access, ReadBuffers buffers, ThreadPool pool, Executor events) {
    this.access = access;
    this.buffers = buffers;
    this.pool = pool;
    this.events = events;
  }

  /**
   * Computes a file's SHA-256.
   *
   * @param file stays open until the callback
   * @param callback the 32 bytes; or null if there is none to be had: the file changed while it was
   *     read, could not be read, or too many wait already
   */
  public void sha256(OpenFile file, Consumer<byte @Nullable []> callback) {
    if (waiting.size() >= MAX_WAITING) {
      failed.incrementAndGet();
      callback.accept(null);
      return;
    }
    waiting.add(
        new HashJob(
            access,
            buffers,
            pool,
            events,
            file,
            result -> {
              running--;
              if (result == null) {
                failed.incrementAndGet();
              } else {
                computed.incrementAndGet();
              }
              callback.accept(result);
              startNext();
            }));
    startNext();
  }

  /** Digests computed. Any thread. */
  public long computed() {
    return computed.get();
  }

  /** Requests that got none. Any thread. */
  public long failed() {
    return failed.get();
  }

  private void startNext() {
    while (running < MAX_RUNNING && !waiting.isEmpty()) {
      running++;
      waiting.removeFirst().start();
    }
  }
}
