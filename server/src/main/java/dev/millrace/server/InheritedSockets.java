package dev.millrace.server;

import dev.millrace.config.HostPort;
import dev.millrace.config.Key;
import dev.millrace.config.ListenAddress;
import dev.millrace.net.Sockets;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that a service manager has opened and passed to this process (sd_listen_fds(3)). They
 * have the descriptors from 3 on, in the order of their names in {@code LISTEN_FDNAMES}. The
 * service manager keeps them open while the server restarts, so no connection is refused. The
 * starting thread only.
 */
public final class InheritedSockets {
  private static final int FIRST_DESCRIPTOR = 3;

  /** The name of a socket if {@code LISTEN_FDNAMES} is not set. */
  private static final String UNNAMED = "unknown";

  private record Socket(String name, int fd) {}

  private final List<Socket> left = new ArrayList<>();
  private final Map<HostPort, Integer> bound = new HashMap<>();
  private final TreeSet<String> names = new TreeSet<>();

  private InheritedSockets(List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      left.add(new Socket(names.get(i), FIRST_DESCRIPTOR + i));
    }
    this.names.addAll(names);
  }

  /** No sockets. */
  public static InheritedSockets none() {
    return new InheritedSockets(List.of());
  }

  /**
   * The sockets that the environment describes. Sockets for another process are none.
   *
   * @param pid of this process
   * @throws StartException if the variables contradict each other
   */
  public static InheritedSockets of(Map<String, String> environment, long pid)
      throws StartException {
    String count = environment.get("LISTEN_FDS");
    if (count == null || !String.valueOf(pid).equals(environment.get("LISTEN_PID"))) {
      return none();
    }
    String[] names = new String[0];
    try {
      names = new String[Integer.parseInt(count)];
    } catch (NumberFormatException | NegativeArraySizeException wrong) {
      throw new StartException("LISTEN_FDS: '" + count + "' is no number of sockets", wrong);
    }
    Arrays.fill(names, UNNAMED);
    String given = environment.get("LISTEN_FDNAMES");
    if (given != null) {
      String[] all = given.split(":", -1);
      if (all.length != names.length) {
        throw new StartException(
            "LISTEN_FDNAMES has " + all.length + " names for " + names.length + " sockets");
      }
      names = all;
    }
    return new InheritedSockets(List.of(names));
  }

  /**
   * Listens on addresses now, because the process will not have the right to do so later.
   *
   * @throws StartException if an address cannot be used
   */
  void listen(Key<List<ListenAddress>> key, List<ListenAddress> addresses) throws StartException {
    for (ListenAddress address : addresses) {
      if (address instanceof HostPort internet) {
        try {
          int fd = Sockets.listen(FileServer.resolve(key.name(), internet), Listeners.BACKLOG);
          bound.put(internet, fd);
        } catch (ErrnoException failed) {
          String why = failed.isAddressInUse() ? "the address is in use" : failed.getMessage();
          throw new StartException(key + ": " + address + ": " + why, failed);
        }
      }
    }
  }

  /** Removes the socket that listens on an address, or returns null. The caller owns it. */
  @Nullable Integer take(HostPort address) {
    return bound.remove(address);
  }

  /**
   * Removes the sockets of a name. The caller owns their descriptors.
   *
   * @throws IOException if there is none, or if one does not accept connections
   */
  List<Integer> take(String name) throws IOException {
    List<Integer> taken = new ArrayList<>();
    for (Iterator<Socket> each = left.iterator(); each.hasNext(); ) {
      Socket socket = each.next();
      if (socket.name().equals(name)) {
        check(socket);
        taken.add(socket.fd());
        each.remove();
      }
    }
    if (taken.isEmpty()) {
      String others = names.isEmpty() ? "none" : String.join(", ", names);
      throw new IOException(
          "the service manager has passed no socket of this name; the names are: " + others);
    }
    return taken;
  }

  private static void check(Socket socket) throws IOException {
    if (!Sockets.isListener(socket.fd())) {
      throw new IOException(
          "descriptor " + socket.fd() + " is not a stream socket that listens (ListenStream)");
    }
    try {
      Sockets.adopt(socket.fd());
    } catch (ErrnoException unusable) {
      throw new IOException("descriptor " + socket.fd() + ": " + unusable.getMessage(), unusable);
    }
  }

  /** The names of the sockets that were not taken. */
  SortedSet<String> leftOver() {
    SortedSet<String> unused = new TreeSet<>();
    left.forEach(socket -> unused.add(socket.name()));
    return unused;
  }
}
