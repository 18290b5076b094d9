package dev.millrace.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * Limits the connections of a listening socket, so that file descriptors remain for other uses.
 * Called on the accepting thread.
 */
public interface Admission {
  /** Admits every connection. */
  Admission UNBOUNDED =
      new Admission() {
        @Override
        public boolean admit() {
          return true;
        }

        @Override
        public int room() {
          return Integer.MAX_VALUE;
        }

        @Override
        public byte[] refusal() {
          return new byte[0];
        }
      };

  /**
   * Whether an accepted connection may stay. The call may close an idle connection to make room.
   */
  boolean admit();

  /** How many more connections may be opened now; zero or negative if none. */
  int room();

  /** The bytes that a rejected connection is sent before it is closed. */
  byte[] refusal();

  /** Closes a rejected connection. */
  default void refuse(StreamConnection connection) {
    try {
      var _ = connection.getSinkChannel().write(ByteBuffer.wrap(refusal()));
    } catch (IOException gone) {
      // the client has closed already
    } finally {
      IoUtils.safeClose(connection);
    }
  }
}
