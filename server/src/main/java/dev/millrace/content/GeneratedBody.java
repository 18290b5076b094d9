package dev.millrace.content;

import dev.millrace.loop.LoopExecutors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A body that worker threads generate; each chunk when the previous one is sent. */
public final class GeneratedBody implements BodySource {
  /** Generates chunks on worker threads, one call after the other. */
  @FunctionalInterface
  public interface Maker {
    /** The next chunk, or null at the end. */
    @Nullable ByteBuffer next() throws IOException;
  }

  private final LoopExecutors executors;
  private final Maker maker;
  private final Runnable release;

  /**
   * @param release runs once on the loop thread, when no more chunks are generated
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
