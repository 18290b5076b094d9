package dev.millrace.content;

import dev.millrace.file.DescriptorChannel;
import java.nio.ByteBuffer;

/**
 * Where a body comes from, piece by piece. Event thread only; the answer to {@link #next} comes
 * later or before it returns.
 */
public interface BodySource {
  /** The pieces of an empty body. */
  BodySource NONE =
      new BodySource() {
        @Override
        public void next(Receiver receiver) {
          receiver.end();
        }

        @Override
        public void release() {}
      };

  /** Gets what {@link #next} asked for. */
  interface Receiver {
    /**
     * @param bytes stays as it is until the next call of {@link #next} or {@link #release}
     */
    void onData(ByteBuffer bytes);

    /**
     * A piece that is sent from the file itself.
     *
     * @param file open until the next call of {@link #next} or {@link #release}
     */
    void onData(DescriptorChannel file, long position, long lengthBytes);

    /** The body is whole. */
    void end();

    /** The body cannot be continued, for a reason outside the server: a file cut short. */
    void failed();

    /** The body cannot be continued: the failure is logged and counted. */
    void failed(Throwable failure);

    /** Runs a step towards the next piece, in a completion or a timer; what it throws fails. */
    default void guard(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException | Error failure) {
        failed(failure);
      }
    }
  }

  /** Asks for the next piece; again only after the answer. */
  void next(Receiver receiver);

  /** Gives back what is held; with nothing asked for. */
  void release();
}
