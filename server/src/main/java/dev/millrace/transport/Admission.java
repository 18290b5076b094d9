package dev.millrace.transport;

/**
 * Bounds the connections of a listening socket, so that descriptors stay for everything else. The
 * thread that accepts.
 */
public interface Admission {
  /** Every connection is admitted. */
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

  /** Whether a connection that was accepted may stay; may end an idle one in its place. */
  boolean admit();

  /** How many more connections may be open now; not positive if none. */
  int room();

  /** What a connection that may not stay is sent before it is closed. */
  byte[] refusal();
}
