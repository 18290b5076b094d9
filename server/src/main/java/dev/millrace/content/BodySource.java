package dev.millrace.content;

import dev.millrace.file.DescriptorChannel;
import java.nio.ByteBuffer;

/** A source of body chunks. Loop thread only. */
public interface BodySource {
  /** The source of an empty body. */
  BodySource NONE =
      new BodySource() {
        @Override
        public void next(Receiver receiver) {
          receiver.end();
        }

        @Override
        public void release() {}
      };

  /** Gets the result of {@link #next}, before or after that call returns. */
  interface Receiver {
    /**
     * Passes a chunk in memory.
     *
     * @param bytes unchanged until the next call of {@link #next} or {@link #release}
     */
    void onData(ByteBuffer bytes);

    /**
     * Passes a chunk that is sent from the file itself.
     *
     * @param file open until the next call of {@link #next} or {@link #release}
     */
    void onData(DescriptorChannel file, long position, long lengthBytes);

    /** The body is complete. */
    void end();

    /** The body cannot continue, for a reason outside the server, such as a truncated file. */
    void failed();

    /** The body cannot continue because of a defect, which is logged and counted. */
    void failed(Throwable failure);

    /**
     * Runs a step in a completion or a timer; passes an exception to {@link #failed(Throwable)}.
     */
    default void guard(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException | Error failure) {
        failed(failure);
      }
    }
  }

  /** Requests the next chunk. The previous request must be complete. */
  void next(Receiver receiver);

  /** Releases all resources. No request must be pending. */
  void release();
}
