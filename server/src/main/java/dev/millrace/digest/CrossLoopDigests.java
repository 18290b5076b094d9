package dev.millrace.digest;

import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.loop.DroppableTask;
import dev.millrace.uring.ErrnoException;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The digests for a loop thread that does not own the {@link DigestService}. Known digests are
 * returned at once. Other requests are posted to the service's loop thread, and their results back;
 * no thread waits for another. Loop thread only.
 */
public final class CrossLoopDigests implements DigestSource {
  /** Bound of requests in flight, each of which holds a descriptor; more are rejected. */
  private static final int MAX_UNDER_WAY = 1024;

  /** Bound above which background requests are dropped. */
  private static final int MAX_BACKGROUND = 64;

  private final DigestService service;
  private final Executor home;
  private final Executor own;
  private final AtomicInteger inFlight = new AtomicInteger();

  /**
   * @param home runs a task on the service's loop thread
   * @param own runs a task on this object's loop thread
   */
  public CrossLoopDigests(DigestService service, Executor home, Executor own) {
    this.service = service;
    this.home = home;
    this.own = own;
  }

  @Override
  public Digests known(FileStat stat) {
    return service.known(stat);
  }

  @Override
  public void require(OpenFile file, Set<Algorithm> algorithms, Callback callback) {
    Digests known = known(file.stat());
    if (known.hasAll(algorithms)) {
      callback.known(known);
      return;
    }
    Callback back = back(callback);
    if (!carry(
        file,
        MAX_UNDER_WAY,
        theirs -> service.require(theirs, algorithms, back),
        () -> back.unavailable(Unavailable.UNREADABLE))) {
      service.countRefused();
      callback.unavailable(Unavailable.BUSY);
    }
  }

  @Override
  public void background(OpenFile file, Set<Algorithm> algorithms) {
    if (!known(file.stat()).hasAll(algorithms)) {
      var _ =
          carry(file, MAX_BACKGROUND, theirs -> service.background(theirs, algorithms), () -> {});
    }
  }

  @Override
  public void requirePart(
      OpenFile file, Algorithm algorithm, long first, long lengthBytes, Callback callback) {
    if (lengthBytes > MAX_PART_BYTES) {
      throw new IllegalArgumentException(lengthBytes + " bytes exceed MAX_PART_BYTES");
    }
    Callback back = back(callback);
    if (!carry(
        file,
        MAX_UNDER_WAY,
        theirs -> service.requirePart(theirs, algorithm, first, lengthBytes, back),
        () -> back.unavailable(Unavailable.UNREADABLE))) {
      service.countRefused();
      callback.unavailable(Unavailable.BUSY);
    }
  }

  /** A request to the service, run on its loop thread. */
  @FunctionalInterface
  private interface Request {
    void send(OpenFile theirs);
  }

  /**
   * Posts a request to the service's loop thread.
   *
   * @param max requests in flight at which this one is rejected
   * @param failed run on that thread if the request throws
   * @return false if the request is rejected or no descriptor is free
   */
  private boolean carry(OpenFile file, int max, Request request, Runnable failed) {
    if (inFlight.get() >= max) {
      return false;
    }
    OpenFile theirs;
    try {
      theirs = file.duplicate();
    } catch (ErrnoException exhausted) {
      return false;
    }
    inFlight.incrementAndGet(); // only this thread increments, so the bound holds
    DroppableTask.post(
        home,
        () -> {
          inFlight.decrementAndGet();
          try {
            request.send(theirs);
          } catch (RuntimeException | Error defect) {
            failed.run();
            throw defect; // the loop logs it
          } finally {
            theirs.close();
          }
        },
        theirs::close);
    return true;
  }

  private Callback back(Callback callback) {
    return new Callback() {
      @Override
      public void known(Digests digests) {
        own.execute(() -> callback.known(digests));
      }

      @Override
      public void unavailable(Unavailable why) {
        own.execute(() -> callback.unavailable(why));
      }
    };
  }
}
