package dev.millrace.http.http1;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.xnio.XnioIoThread;

/** A loop thread that runs one test, which steps it. */
public final class FakeThread extends XnioIoThread {
  /** A delayed task. */
  public record Timer(Runnable task, long millis) {}

  private final Runnable body;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<Timer> timers = new ArrayList<>();

  FakeThread(Runnable body) {
    super(null, 0);
    this.body = body;
  }

  /** The thread of the running test. */
  public static FakeThread current() {
    return (FakeThread) Thread.currentThread();
  }

  @Override
  public void run() {
    body.run();
  }

  /** Runs a test on such a thread and waits for its end. */
  public static void run(Body body) throws Exception {
    Throwable[] failure = new Throwable[1];
    FakeThread thread =
        new FakeThread(() -> {
          try {
            body.run();
          } catch (Throwable failed) {
            failure[0] = failed;
          }
        });
    thread.start();
    thread.join();
    if (failure[0] != null) {
      throw new AssertionError(failure[0]);
    }
  }

  /** A test. */
  public interface Body {
    void run() throws Exception;
  }

  /** The pending timers. */
  List<Timer> timers() {
    return timers;
  }

  /** Runs tasks and events until none are left; fails if they never end. */
  public void settle(BooleanSupplier events) {
    boolean more = true;
    for (int turns = 0; more; turns++) {
      if (turns > 200_000) {
        throw new AssertionError("the loop spins");
      }
      Runnable task = tasks.poll();
      if (task != null) {
        task.run();
      } else {
        more = events.getAsBoolean();
      }
    }
  }

  @Override
  public void execute(Runnable command) {
    tasks.add(command);
  }

  @Override
  public Key executeAfter(Runnable command, long time, TimeUnit unit) {
    Timer timer = new Timer(command, unit.toMillis(time));
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  @Override
  public Key executeAtInterval(Runnable command, long time, TimeUnit unit) {
    throw new UnsupportedOperationException("no intervals");
  }
}
