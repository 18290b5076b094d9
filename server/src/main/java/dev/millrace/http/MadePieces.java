package dev.millrace.http;

import dev.millrace.sync.ThreadPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A body that workers make, one piece at a time; each is made when the last one is sent. */
final class MadePieces implements Pieces {
  /** Makes pieces on a worker; one call after the other. */
  @FunctionalInterface
  interface Maker {
    /** The next piece, or null after the last. */
    @Nullable ByteBuffer next() throws IOException;
  }

  private static final Logger LOG = Logger.getLogger("dev.millrace.http");

  private final ThreadPool workers;
  private final Executor events;
  private final Maker maker;
  private final Runnable release;

  /**
   * @param events runs a task on the event thread
   * @param release run once, on the event thread, when no more is made
   */
  MadePieces(ThreadPool workers, Executor events, Maker maker, Runnable release) {
    this.workers = workers;
    this.events = events;
    this.maker = maker;
    this.release = release;
  }

  @Override
  public void next(Receiver receiver) {
    if (!workers.trySpawn(() -> make(receiver))) {
      receiver.failed();
    }
  }

  private void make(Receiver receiver) {
    ByteBuffer made;
    try {
      made = maker.next();
    } catch (IOException | RuntimeException failed) {
      LOG.log(Level.WARNING, "a body could not be made", failed);
      events.execute(receiver::failed);
      return;
    }
    events.execute(() -> {
      if (made == null) {
        receiver.end();
      } else {
        receiver.piece(made);
      }
    });
  }

  @Override
  public void release() {
    release.run();
  }
}
