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
 * Renders expensive pages on one low-priority thread, so that many concurrent scrapes do not take
 * the processors from downloads. All requests queued before a page is rendered share that page, so
 * a burst of scrapes costs two or three renderings. Any thread may call.
 */
final class PageRenderQueue implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");
  private static final int NICENESS = 10;
  private static final int MAX_WAITING = 1024;

  /** Renders a page. */
  @FunctionalInterface
  interface Maker {
    Answer make() throws Exception;
  }

  private record Request(String key, Maker maker, Consumer<Answer> deliver) {}

  private final ThreadPool thread =
      new ThreadPool(new ThreadPool.Config("millrace-render", 1, MAX_WAITING));
  private final ConcurrentLinkedQueue<Request> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private boolean lowered;

  /**
   * Queues a request for a page, which is delivered on the rendering thread.
   *
   * @param key equal for requests that may share a page
   * @param deliver must not block
   * @return false if too many requests wait
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
    for (Request next = waiting.poll(); next != null; next = waiting.poll()) {
      requests.add(next);
    }
    count.addAndGet(-requests.size());
    Map<String, Answer> made = new HashMap<>();
    for (Request request : requests) {
      Answer answer = made.computeIfAbsent(request.key(), _ -> make(request.maker()));
      try {
        request.deliver().accept(answer);
      } catch (RuntimeException failed) {
        LOG.log(
            Level.WARNING, "delivering a page failed", failed); // the others are still delivered
      }
    }
  }

  private static Answer make(Maker maker) {
    try {
      return maker.make();
    } catch (Exception | Error failed) {
      LOG.log(Level.SEVERE, "rendering a page failed", failed);
      return Answer.text(500, "500 Internal Server Error\n");
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
