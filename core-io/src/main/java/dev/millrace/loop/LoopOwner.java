package dev.millrace.loop;

import org.jspecify.annotations.Nullable;

/**
 * The loop thread that owns an object, for assertions: {@code assert owner.isCurrent();}. The first
 * thread that calls becomes the owner. Costs nothing where assertions are disabled.
 */
public final class LoopOwner {
  private @Nullable Thread owner;

  public LoopOwner() {}

  /** Whether the calling thread owns the object. Only for assertions. */
  public boolean isCurrent() {
    Thread current = Thread.currentThread();
    Thread known = owner;
    if (known == null || !known.isAlive()) {
      owner = current;
      return true;
    }
    return known.equals(current);
  }
}
