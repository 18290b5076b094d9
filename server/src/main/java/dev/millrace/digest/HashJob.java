package dev.millrace.digest;

import dev.millrace.file.FileFacts;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ReadBuffer;
import dev.millrace.files.ReadBuffers;
import dev.millrace.sync.ThreadPool;
import dev.millrace.uring.ErrnoException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One file's hash: two buffers go round, one being filled while a worker hashes the other.
 *
 * <p>The chunks are hashed in order, by one worker at a time; posting through the pool's queue and
 * back to the event thread orders their access to the digest's state.
 */
final class HashJob {
  private static final int BUFFERS = 2;

  private final FileAccess access;
  private final ReadBuffers pool;
  private final ThreadPool workers;
  private final Executor events;
  private final OpenFile file;
  private final Consumer<byte @Nullable []> done;
  private final MessageDigest digest;
  private final ArrayDeque<ReadBuffer> free = new ArrayDeque<>(BUFFERS);
  private final ArrayDeque<ReadBuffer> filled = new ArrayDeque<>(BUFFERS);
  private final long size;
  private long read;
  private long hashed;
  private boolean reading;
  private boolean hashing;
  private boolean failed;
  private boolean finished;

  HashJob(
      FileAccess access,
      ReadBuffers pool,
      ThreadPool workers,
      Executor events,
      OpenFile file,
      Consumer<byte @Nullable []> done) {
    this.access = access;
    this.pool = pool;
    this.workers = workers;
    this.events = events;
    this.file = file;
    this.done = done;
    this.size = file.facts().sizeBytes();
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has it
    }
  }

  void start() {
    for (int i = 0; i < BUFFERS; i++) {
      free.add(pool.take(size));
    }
    step();
  }

  private void step() {
    if (!failed && !reading && read < size && !free.isEmpty()) {
      readNext(free.removeFirst());
    }
    if (!failed && !hashing && !filled.isEmpty()) {
      hashNext(filled.removeFirst());
    }
    if (!reading && !hashing && (failed || hashed == size)) {
      finish();
    }
  }

  private void readNext(ReadBuffer buffer) {
    reading = true;
    int length = (int) Math.min(buffer.capacityBytes(), size - read);
    access.read(
        file,
        read,
        buffer,
        length,
        result -> {
          reading = false;
          if (result <= 0) {
            failed = true; // unreadable, or shorter than it was
            free.add(buffer);
          } else {
            read += result;
            buffer.bytes().clear().limit(result);
            filled.add(buffer);
          }
          step();
        });
  }

  private void hashNext(ReadBuffer buffer) {
    hashing = true;
    int length = buffer.bytes().remaining();
    boolean accepted =
        workers.trySpawn(() -> {
          digest.update(buffer.bytes());
          events.execute(() -> hashedOne(buffer, length));
        });
    if (!accepted) {
      hashing = false;
      failed = true;
      free.add(buffer);
    }
  }

  private void hashedOne(ReadBuffer buffer, int length) {
    hashing = false;
    hashed += length;
    free.add(buffer);
    step();
  }

  private void finish() {
    if (finished) {
      return;
    }
    finished = true;
    free.forEach(pool::give);
    filled.forEach(pool::give);
    done.accept(failed || changed() ? null : digest.digest());
  }

  private boolean changed() {
    try {
      FileFacts now = access.stat(file);
      return !now.sameVersion(file.facts());
    } catch (ErrnoException unreadable) {
      return true;
    }
  }
}
