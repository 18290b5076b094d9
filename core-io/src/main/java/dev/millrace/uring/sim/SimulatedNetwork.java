package dev.millrace.uring.sim;

import dev.millrace.sync.ffi.Errno;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sockets that operations of a simulated ring act on, and the other ends that a test plays. */
public final class SimulatedNetwork {
  private final Descriptors descriptors;
  private final List<SimulatedSocket> listeners = new ArrayList<>();

  SimulatedNetwork(Descriptors descriptors) {
    this.descriptors = descriptors;
  }

  /** A descriptor of a socket that is not connected (socket(2)). */
  public int socket() {
    return descriptors.add(new SimulatedSocket());
  }

  /** A descriptor of a socket that listens at a port of its own, see {@link #port}. */
  public int listen() {
    SimulatedSocket listener = new SimulatedSocket();
    listener.listen(1024 + listeners.size());
    listeners.add(listener);
    return descriptors.add(listener);
  }

  /** The port of a listener. */
  public int port(int fd) {
    return of(fd).port();
  }

  /** Connects from outside; the end that the test plays. */
  public SimulatedSocket connect(int port) {
    SimulatedSocket end = new SimulatedSocket();
    if (connect(end, port) != 0) {
      throw new IllegalArgumentException("nobody listens at " + port);
    }
    return end;
  }

  /** Two descriptors of one connection. */
  public int[] pair() {
    SimulatedSocket one = new SimulatedSocket();
    SimulatedSocket other = new SimulatedSocket();
    one.connect(other);
    return new int[] {descriptors.add(one), descriptors.add(other)};
  }

  /** The socket behind a descriptor. */
  public SimulatedSocket of(int fd) {
    if (descriptors.find(fd) instanceof SimulatedSocket socket) {
      return socket;
    }
    throw new IllegalArgumentException(fd + " is no socket");
  }

  int connect(SimulatedSocket end, int port) {
    SimulatedSocket listener = listener(port);
    if (listener == null) {
      return -Errno.ECONNREFUSED;
    }
    SimulatedSocket accepted = new SimulatedSocket();
    end.connect(accepted);
    listener.offer(accepted);
    return 0;
  }

  private @Nullable SimulatedSocket listener(int port) {
    for (SimulatedSocket listener : listeners) {
      if (listener.isListeningAt(port)) {
        return listener;
      }
    }
    return null;
  }
}
