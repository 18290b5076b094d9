package dev.millrace.uring.sim;

import dev.millrace.sync.Errno;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sockets of a simulated ring, and the peers that a test controls. */
public final class SimulatedNetwork {
  private final Descriptors descriptors;
  private final List<SimulatedSocket> listeners = new ArrayList<>();

  SimulatedNetwork(Descriptors descriptors) {
    this.descriptors = descriptors;
  }

  /** A descriptor of an unconnected socket (socket(2)). */
  public int socket() {
    return descriptors.add(new SimulatedSocket());
  }

  /** A descriptor of a socket that listens on its own {@link #port}. */
  public int listen() {
    SimulatedSocket listener = new SimulatedSocket();
    listener.listen(1024 + listeners.size());
    listeners.add(listener);
    return descriptors.add(listener);
  }

  public int port(int fd) {
    return of(fd).port();
  }

  /** Connects to a listener; returns the peer that the test controls. */
  public SimulatedSocket connect(int port) {
    SimulatedSocket end = new SimulatedSocket();
    if (connect(end, port) != 0) {
      throw new IllegalArgumentException("no listener on port " + port);
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

  /** The socket of a descriptor. */
  public SimulatedSocket of(int fd) {
    if (descriptors.find(fd) instanceof SimulatedSocket socket) {
      return socket;
    }
    throw new IllegalArgumentException(fd + " is not a socket");
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
