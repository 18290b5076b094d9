package dev.millrace.digest;

import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.uring.ErrnoException;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Digests for an event thread that the service does not belong to. What is known is answered at
 * once; anything else is carried over to the service's thread, and its answer back: no thread waits
 * for another. Belongs to the asking thread.
 */
public final class CrossLoopDigests implements DigestSource {
  /** Questions on their way; each holds a descriptor. Beyond it a question is refused. */
  private static final int MAX_UNDER_WAY = 1024;

  /** Of those, questions that nobody waits for. */
  private static final int MAX_BACKGROUND = 64;

  private final DigestService service;
  private final Executor home;
  private final Executor own;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * @param home runs a task on the service's event thread
   * @param own runs a task on the asking thread
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
      throw new IllegalArgumentException(lengthBytes + " bytes are more than one part has");
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

  /** A question, asked on the service's thread. */
  @FunctionalInterface
  private interface Question {
    void ask(OpenFile theirs);
  }

  /**
   * Asks on the service's thread.
   *
   * @param failed answers on that thread if asking throws
   * @return false if there is no room, or no descriptor, to ask with
   */
  private boolean carry(OpenFile file, int most, Question question, Runnable failed) {
    if (underWay.get() >= most) {
      return false;
    }
    OpenFile theirs;
    try {
      theirs = file.duplicate();
    } catch (ErrnoException exhausted) {
      return false;
    }
    underWay.incrementAndGet(); // by this thread alone, so the bound holds
    home.execute(() -> {
      underWay.decrementAndGet();
      try {
        question.ask(theirs);
      } catch (RuntimeException | Error defect) {
        failed.run();
        throw defect; // the loop logs it
      } finally {
        theirs.close();
      }
    });
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
