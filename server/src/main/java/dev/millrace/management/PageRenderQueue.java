package dev.millrace.management;

import dev.millrace.management.ManagementServer.Answer;
import dev.millrace.sync.SyncThread;
import dev.millrace.sync.ThreadPool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Makes the pages that cost something, on one thread of low priority: many who scrape at once must
 * not take the processors from those who download. All who ask before a page is begun get the same
 * one, so a storm of scrapes costs two or three. Any thread may ask.
 */
final class PageRenderQueue implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");
  private static final int NICENESS = 10;
  private static final int MAX_WAITING = 1024;

  /** Makes a page. */
  @FunctionalInterface
  interface Maker {
    Answer make() throws Exception;
  }

  private record Request(String key, Maker maker, Consumer<Answer> deliver) {}

  private final ThreadPool thread =
      new ThreadPool(new ThreadPool.Config("millrace-figures", 1, MAX_WAITING));
  private final ConcurrentLinkedQueue<Request> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private boolean lowered;

  /**
   * Has a page made, and delivered on the renderer's thread.
   *
   * @param key the same for requests that may share a page
   * @param deliver must not block
   * @return false if too many wait
   */
  boolean ask(String key, Maker maker, Consumer<Answer> deliver) {
    if (count.incrementAndGet() > MAX_WAITING) {
      count.decrementAndGet();
      return false;
    }
    waiting.add(new Request(key, maker, deliver));
    if (scheduled.compareAndSet(false, true)) {
      thread.spawn(this::serve);
    }
    return true;
  }

  private void serve() {
    scheduled.set(false);
    if (!lowered) {
      lowered = true;
      SyncThread.lowerPriority(NICENESS);
    }
    List<Request> requests = new ArrayList<>();
    for (Request one = waiting.poll(); one != null; one = waiting.poll()) {
      requests.add(one);
    }
    count.addAndGet(-requests.size());
    Map<String, Answer> made = new HashMap<>();
    for (Request one : requests) {
      Answer answer = made.computeIfAbsent(one.key(), _ -> make(one.maker()));
      try {
        one.deliver().accept(answer);
      } catch (RuntimeException failed) {
        LOG.log(Level.WARNING, "a page could not be delivered", failed); // the others are
      }
    }
  }

  private static Answer make(Maker maker) {
    try {
      return maker.make();
    } catch (Exception | Error failed) {
      LOG.log(Level.SEVERE, "a page of figures failed", failed);
      return Answer.text(500, "500 Internal Server Error\n");
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
