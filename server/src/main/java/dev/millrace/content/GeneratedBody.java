package dev.millrace.content;

import dev.millrace.loop.LoopExecutors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A body that workers make, one piece at a time; each is made when the last one is sent. */
public final class GeneratedBody implements BodySource {
  /** Makes pieces on a worker; one call after the other. */
  @FunctionalInterface
  public interface Maker {
    /** The next piece, or null after the last. */
    @Nullable ByteBuffer next() throws IOException;
  }

  private final LoopExecutors executors;
  private final Maker maker;
  private final Runnable release;

  /**
   * @param release run once, on the event thread, when no more is made
   */
  public GeneratedBody(LoopExecutors executors, Maker maker, Runnable release) {
    this.executors = executors;
    this.maker = maker;
    this.release = release;
  }

  @Override
  public void next(Receiver receiver) {
    executors.<Optional<ByteBuffer>>call(
        () -> Optional.ofNullable(maker.next()),
        made -> made.ifPresentOrElse(receiver::onData, receiver::end),
        receiver::failed);
  }

  @Override
  public void release() {
    release.run();
  }
}
