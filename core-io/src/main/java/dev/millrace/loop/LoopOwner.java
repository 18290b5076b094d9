package dev.millrace.loop;

/**
 * The loop thread that owns an object, for assertions: {@code assert owner.isCurrent();}. The first
 * thread that calls becomes the owner. Costs nothing where assertions are disabled.
 */
public final class LoopOwner {
  private Thread owner;

  public LoopOwner() {}

  /** Whether the calling thread owns the object. Only for assertions. */
  public boolean isCurrent() {
    Thread current = Thread.currentThread();
    if (owner == null || !owner.isAlive()) {
      owner = current;
    }
    return owner == current;
  }
}
