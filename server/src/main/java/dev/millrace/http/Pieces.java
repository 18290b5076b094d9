package dev.millrace.http;

import dev.millrace.file.DescriptorChannel;
import java.nio.ByteBuffer;

/**
 * Where a body comes from, piece by piece. Event thread only; the answer to {@link #next} comes
 * later or before it returns.
 */
interface Pieces {
  /** Gets what {@link #next} asked for. */
  interface Receiver {
    /**
     * @param bytes stays as it is until the next call of {@link #next} or {@link #release}
     */
    void piece(ByteBuffer bytes);

    /**
     * A piece that is sent from the file itself.
     *
     * @param file open until the next call of {@link #next} or {@link #release}
     */
    void piece(DescriptorChannel file, long position, long lengthBytes);

    /** The body is whole. */
    void end();

    /** The body cannot be continued. */
    void failed();
  }

  /** Asks for the next piece; again only after the answer. */
  void next(Receiver receiver);

  /** Gives back what is held; with nothing asked for. */
  void release();
}
