package dev.millrace.server;

import dev.millrace.config.HostPort;
import dev.millrace.config.Settings;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RejectionHandler;
import dev.millrace.http.exchange.RequestBodyDiscarder;
import dev.millrace.http.http1.Http1Loop;
import dev.millrace.proxy.ForwardedHeaders;
import dev.millrace.proxy.ProxyOpenListener;
import dev.millrace.transport.Admission;
import dev.millrace.transport.ListeningSockets;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/** The HTTP listeners, and what a connection goes through. */
final class Listeners implements AutoCloseable {
  private final List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final Transport transport;
  private final ChannelListener<StreamConnection> open;
  private final List<Admission> admissions;
  private final AtomicLongArray accepted;

  /**
   * @param opens by the number of the loop
   * @param admissions likewise
   */
  private Listeners(
      Transport transport,
      List<ChannelListener<StreamConnection>> opens,
      List<Admission> admissions) {
    this.transport = transport;
    this.admissions = admissions;
    this.accepted = new AtomicLongArray(opens.size());
    this.open =
        connection -> {
          int loop = connection.getIoThread().getNumber();
          accepted.incrementAndGet(loop);
          opens.get(loop).handleEvent(connection);
        };
  }

  /**
   * Listens on all addresses.
   *
   * @param opens are handed each connection, by the number of the loop that it is on
   * @param admissions decide which connections are, likewise
   * @throws StartException if it cannot on one of them; then it does on none
   */
  static Listeners open(
      Transport transport,
      List<HostPort> addresses,
      List<ChannelListener<StreamConnection>> opens,
      List<Admission> admissions)
      throws StartException {
    Listeners listeners = new Listeners(transport, opens, admissions);
    try {
      listeners.listen(addresses);
      return listeners;
    } catch (StartException failed) {
      listeners.close();
      throw failed;
    }
  }

  /** What each connection of one loop goes through: the PROXY header, then HTTP. */
  static ChannelListener<StreamConnection> opening(Http1Loop http, Settings settings) {
    return new ProxyOpenListener(http, settings.trustedProxies(), settings.http());
  }

  /** What stands before a handler that takes no request bodies. */
  static HttpHandler front(HttpHandler handler, Settings settings, ExchangeFailures failures) {
    return new RejectionHandler(
        new ForwardedHeaders(
            new RequestBodyDiscarder(handler, settings.http(), failures),
            settings.trustedProxies()));
  }

  private void listen(List<HostPort> wanted) throws StartException {
    List<InetSocketAddress> resolved = new ArrayList<>();
    for (HostPort address : wanted) {
      resolved.add(FileServer.resolve("listen", address));
    }
    addresses.addAll(resolved);
    for (boolean wildcard : new boolean[] {true, false}) { // wildcards first: see NioSockets
      for (int i = 0; i < wanted.size(); i++) {
        if (resolved.get(i).getAddress().isAnyLocalAddress() == wildcard) {
          addresses.set(i, listen(wanted.get(i), resolved.get(i)));
        }
      }
    }
  }

  /** Why an address cannot be listened on, for people. */
  static String why(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return cause instanceof BindException && message.contains("in use")
        ? "the address is in use"
        : message;
  }

  private InetSocketAddress listen(HostPort wanted, InetSocketAddress address)
      throws StartException {
    OptionMap options =
        OptionMap.builder()
            .set(Options.TCP_NODELAY, true)
            .set(Options.REUSE_ADDRESSES, true)
            .set(Options.BACKLOG, 1000)
            .getMap();
    try {
      ListeningSockets bound = transport.listen(address, open, admissions, options);
      sockets.addAll(bound.sockets());
      bound.sockets().forEach(AcceptingChannel::resumeAccepts);
      return bound.address();
    } catch (IOException | RuntimeException failed) {
      throw new StartException("listen: " + wanted + ": " + why(failed), failed);
    }
  }

  /** Connections accepted, by the number of the loop that they are on. */
  List<LongSupplier> accepted() {
    return IntStream.range(0, accepted.length())
        .<LongSupplier>mapToObj(loop -> () -> accepted.get(loop))
        .toList();
  }

  /** Addresses that are listened on, with the ports that were picked. */
  List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  /** Accepts no more; connections go on. */
  @Override
  public void close() {
    sockets.forEach(IoUtils::safeClose);
  }
}
