package dev.millrace.loop;

import java.util.concurrent.atomic.AtomicBoolean;

/** A task of {@link EventLoop#execute}: runs once, unless it was refused before. */
final class AcceptedTask implements DroppableTask {
  private final Runnable task;
  private final AtomicBoolean claimed = new AtomicBoolean();

  AcceptedTask(Runnable task) {
    this.task = task;
  }

  /** True for the first call: of the loop, which runs the task, or of a thread that refuses it. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  @Override
  public void run() {
    if (claim()) {
      task.run();
    }
  }

  @Override
  public void dropped() {
    if (task instanceof DroppableTask droppable && claim()) {
      droppable.dropped();
    }
  }
}
