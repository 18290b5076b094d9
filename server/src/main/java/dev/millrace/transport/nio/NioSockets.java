package dev.millrace.transport.nio;

import dev.millrace.transport.Admission;
import dev.millrace.transport.ListeningSockets;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * Listening sockets on NIO.
 *
 * <p>Java binds each wildcard, {@code 0.0.0.0} or {@code ::}, as one socket that accepts both IPv4
 * and IPv6, and has no option to change this. So a wildcard's socket here serves every address
 * configured for its port, and closes connections to other addresses unread. The addresses served
 * are the same as on io_uring.
 *
 * <p>The starting thread listens; loop threads only look addresses up.
 */
public final class NioSockets {
  /** A socket of a port, and the addresses whose connections it keeps. */
  private static final class Shared {
    private final int port;
    private final List<InetAddress> addresses = new CopyOnWriteArrayList<>();

    Shared(InetAddress address, int port) {
      this.port = port;
      addresses.add(address);
    }

    boolean serves(@Nullable SocketAddress local) {
      return local instanceof InetSocketAddress internet
          && addresses.stream().anyMatch(listed -> includes(listed, internet.getAddress()));
    }
  }

  private final XnioWorker worker;
  private final List<NioStats> stats;
  private final List<Shared> wildcards = new ArrayList<>();

  /**
   * @param measured whether connections are counted
   */
  public NioSockets(XnioWorker worker, boolean measured) {
    this.worker = worker;
    this.stats =
        measured
            ? IntStream.range(0, worker.getIoThreadCount())
                .mapToObj(thread -> new NioStats(worker.getIoThread(thread).threadId()))
                .toList()
            : List.of();
  }

  /** The metrics of each I/O thread, by its number; empty if nothing is measured. */
  public List<NioStats> stats() {
    return stats;
  }

  /**
   * Whether a listener on {@code listed} serves a connection whose local address is {@code local}.
   */
  public static boolean includes(InetAddress listed, InetAddress local) {
    return listed.isAnyLocalAddress()
        ? listed.getClass() == local.getClass()
        : listed.equals(local);
  }

  /** Listens on an address. Of the addresses of one port, wildcards must come first. */
  public ListeningSockets listen(
      InetSocketAddress address,
      ChannelListener<StreamConnection> open,
      List<Admission> admissions,
      OptionMap options)
      throws IOException {
    for (Shared wildcard : wildcards) {
      if (wildcard.port == address.getPort()) {
        if (wildcard.serves(address)) {
          throw new BindException("Address already in use");
        }
        wildcard.addresses.add(address.getAddress());
        return new ListeningSockets(List.of(), address);
      }
    }
    Shared shared = new Shared(address.getAddress(), address.getPort());
    AcceptingChannel<StreamConnection> socket =
        worker.createStreamConnectionServer(
            address,
            ChannelListeners.openListenerAdapter((StreamConnection connection) -> {
              int loop = connection.getIoThread().getNumber();
              if (!shared.serves(connection.getLocalAddress())) {
                IoUtils.safeClose(connection);
              } else if (admissions.get(loop).admit()) {
                NioStats counted = stats.isEmpty() ? null : stats.get(loop);
                open.handleEvent(
                    counted == null ? connection : new CountedConnection(connection, counted));
              } else {
                admissions.getFirst().refuse(connection);
              }
            }),
            options);
    int port = socket.getLocalAddress(InetSocketAddress.class).getPort();
    InetSocketAddress bound = new InetSocketAddress(address.getAddress(), port);
    if (address.getAddress().isAnyLocalAddress() && port == address.getPort()) {
      wildcards.add(shared);
    }
    return new ListeningSockets(List.of(socket), bound);
  }
}
