package dev.millrace.server;

import dev.millrace.config.HostPort;
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

/** The HTTP listeners, and the chain of listeners and handlers of a connection. */
final class Listeners implements AutoCloseable {
  private final List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final Transport transport;
  private final ChannelListener<StreamConnection> open;
  private final List<Admission> admissions;
  private final AtomicLongArray accepted;

  /**
   * @param opens by loop number
   * @param admissions by loop number
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
   * @param opens get the accepted connections; by loop number
   * @param admissions decide which connections are accepted; by loop number
   * @throws StartException if any address fails; then no listener is left open
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

  /** The listener for a loop's new connections: reads the PROXY header, then starts HTTP. */
  static ChannelListener<StreamConnection> opening(Http1Loop http, ServerSettings settings) {
    return new ProxyOpenListener(http, settings.trustedProxies(), settings.http());
  }

  /** Adds the handlers that precede one that reads no request bodies. */
  static HttpHandler front(
      HttpHandler handler, ServerSettings settings, ExchangeFailures failures) {
    return new RejectionHandler(
        new ForwardedHeaders(
            new RequestBodyDiscarder(handler, settings.http(), failures),
            settings.trustedProxies()));
  }

  private void listen(List<HostPort> configured) throws StartException {
    List<InetSocketAddress> resolved = new ArrayList<>();
    for (HostPort address : configured) {
      resolved.add(FileServer.resolve("listen", address));
    }
    addresses.addAll(resolved);
    for (boolean wildcard : new boolean[] {true, false}) { // wildcards first: see NioSockets
      for (int i = 0; i < configured.size(); i++) {
        if (resolved.get(i).getAddress().isAnyLocalAddress() == wildcard) {
          addresses.set(i, listen(configured.get(i), resolved.get(i)));
        }
      }
    }
  }

  /** The reason why listening failed, for the operator. */
  static String why(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return cause instanceof BindException && message.contains("in use")
        ? "the address is in use"
        : message;
  }

  private InetSocketAddress listen(HostPort configured, InetSocketAddress address)
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
      throw new StartException("listen: " + configured + ": " + why(failed), failed);
    }
  }

  /** Numbers of accepted connections, by loop number. */
  List<LongSupplier> accepted() {
    return IntStream.range(0, accepted.length())
        .<LongSupplier>mapToObj(loop -> () -> accepted.get(loop))
        .toList();
  }

  /** The listening addresses, with the ports that the system has selected. */
  List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  /** Stops accepting; open connections continue. */
  @Override
  public void close() {
    sockets.forEach(IoUtils::safeClose);
  }
}
