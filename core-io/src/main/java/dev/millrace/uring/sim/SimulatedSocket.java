package dev.millrace.uring.sim;

import static dev.millrace.uring.PollEvents.POLLERR;
import static dev.millrace.uring.PollEvents.POLLHUP;
import static dev.millrace.uring.PollEvents.POLLIN;
import static dev.millrace.uring.PollEvents.POLLOUT;

import dev.millrace.sync.Errno;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One end of a simulated connection, or a listener. Not thread-safe. */
public final class SimulatedSocket extends OpenFile {
  /** Capacity of one direction; a full one makes its sender wait. */
  public static final int BUFFER_BYTES = 4096;

  private final byte[] received = new byte[BUFFER_BYTES];
  private final ArrayDeque<SimulatedSocket> backlog = new ArrayDeque<>();
  private int head;
  private int count;
  private int port;
  private long changes;
  private boolean listening;
  private boolean sendsEnded;
  private boolean peerEnded;
  private boolean reset;
  private boolean gone;
  private @Nullable SimulatedSocket peer;

  SimulatedSocket() {}

  void connect(SimulatedSocket other) {
    peer = other;
    other.peer = this;
    changed();
    other.changed();
  }

  void listen(int atPort) {
    listening = true;
    port = atPort;
  }

  boolean isListeningAt(int atPort) {
    return listening && port == atPort;
  }

  int port() {
    return port;
  }

  void offer(SimulatedSocket connection) {
    backlog.add(connection);
    changed();
  }

  @Nullable SimulatedSocket accept() {
    return backlog.poll();
  }

  boolean isConnected() {
    return peer != null;
  }

  /** Incremented by every change that a poll could report. */
  long changes() {
    return changes;
  }

  int events() {
    int events = 0;
    if (isReadable()) {
      events |= POLLIN;
    }
    if (isWritable()) {
      events |= POLLOUT;
    }
    if (reset) {
      events |= POLLERR | POLLHUP;
    }
    return events;
  }

  boolean isReadable() {
    return listening ? !backlog.isEmpty() : count > 0 || peerEnded || reset || peer == null;
  }

  boolean isWritable() {
    SimulatedSocket other = peer;
    return reset || sendsEnded || other == null || other.gone || other.count < BUFFER_BYTES;
  }

  /** Received bytes not yet read. */
  public int available() {
    return count;
  }

  /** Whether the peer has ended its stream and all its bytes were read. */
  public boolean isAtEnd() {
    return peerEnded && count == 0;
  }

  /** Whether the connection is reset. */
  public boolean isReset() {
    return reset;
  }

  /**
   * Sends the bytes that fit.
   *
   * @return bytes sent, {@code -EAGAIN}, {@code -EPIPE}, {@code -ENOTCONN} or {@code -ECONNRESET}
   */
  public int send(byte[] bytes, int offset, int length) {
    SimulatedSocket other = peer;
    if (reset) {
      return -Errno.ECONNRESET;
    }
    if (sendsEnded || (other != null && other.gone)) {
      return -Errno.EPIPE;
    }
    if (other == null) {
      return -Errno.ENOTCONN;
    }
    int n = Math.min(length, BUFFER_BYTES - other.count);
    for (int i = 0; i < n; i++) {
      other.received[(other.head + other.count++) % BUFFER_BYTES] = bytes[offset + i];
    }
    if (n > 0) {
      other.changed();
    }
    return n == 0 && length > 0 ? -Errno.EAGAIN : n;
  }

  /**
   * Reads received bytes.
   *
   * @return bytes read, 0 at the end of stream, {@code -EAGAIN}, {@code -ENOTCONN} or {@code
   *     -ECONNRESET}
   */
  public int receive(byte[] into, int offset, int length) {
    if (reset) {
      return -Errno.ECONNRESET;
    }
    int n = Math.min(length, count);
    for (int i = 0; i < n; i++) {
      into[offset + i] = received[head];
      head = (head + 1) % BUFFER_BYTES;
      count--;
    }
    SimulatedSocket other = peer;
    if (n > 0) {
      if (other != null) {
        other.changed();
      }
      return n;
    }
    if (peerEnded || length == 0) {
      return 0;
    }
    return other == null ? -Errno.ENOTCONN : -Errno.EAGAIN;
  }

  /** Ends sending (shutdown(2), SHUT_WR): the peer reads up to the end of stream. */
  public void shutdownSends() {
    SimulatedSocket other = peer;
    if (!sendsEnded && other != null) {
      other.peerEnded = true;
      other.changed();
    }
    sendsEnded = true;
    changed();
  }

  /** Ends both directions (shutdown(2), SHUT_RDWR). */
  public void shutdown() {
    shutdownSends();
    peerEnded = true;
    count = 0;
    changed();
  }

  /** Resets the connection for both ends; received bytes are lost. */
  public void reset() {
    SimulatedSocket other = peer;
    reset = true;
    count = 0;
    changed();
    if (other != null) {
      other.reset = true;
      other.count = 0;
      other.changed();
    }
  }

  @Override
  void ended() {
    gone = true;
    if (listening) {
      listening = false;
      for (SimulatedSocket waiting : backlog) {
        waiting.reset();
      }
    } else if (count > 0) {
      reset(); // as TCP does if received bytes were not read
    } else {
      shutdownSends();
    }
  }

  private void changed() {
    changes++;
  }
}
