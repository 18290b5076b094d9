package dev.millrace.server;

import dev.millrace.config.HostPort;
import dev.millrace.config.Key;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RejectionHandler;
import dev.millrace.http.exchange.RequestBodyDiscarder;
import dev.millrace.https.HttpsHandler;
import dev.millrace.proxy.ForwardedHeaders;
import dev.millrace.proxy.ProxyOpenListener;
import dev.millrace.transport.Admission;
import dev.millrace.transport.ListeningSockets;
import dev.millrace.transport.tls.TlsSettings;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/** The listeners of HTTP and HTTPS, and the chain of listeners and handlers of a connection. */
final class Listeners implements AutoCloseable {
  /**
   * Addresses whose connections are handled alike.
   *
   * @param key the setting with the addresses
   * @param opens get the accepted connections; by loop number
   * @param admissions decide which connections are accepted; by loop number
   */
  record Door(
      Key<List<HostPort>> key,
      List<HostPort> addresses,
      List<ChannelListener<StreamConnection>> opens,
      List<Admission> admissions) {}

  private final List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
  private final List<List<InetSocketAddress>> addresses = new ArrayList<>();
  private final Transport transport;
  private final AtomicLongArray accepted;

  private Listeners(Transport transport) {
    this.transport = transport;
    this.accepted = new AtomicLongArray(transport.loops().size());
  }

  /** The doors of the settings: first HTTP, then HTTPS. */
  static List<Door> doors(ServerSettings settings, List<LoopContext> loops, ConnectionBound bound) {
    List<Door> doors = new ArrayList<>();
    for (boolean plain : new boolean[] {true, false}) {
      List<ChannelListener<StreamConnection>> opens = new ArrayList<>();
      List<Admission> admissions = new ArrayList<>();
      for (LoopContext loop : loops) {
        ChannelListener<StreamConnection> open =
            plain ? loop.protocols().opening() : loop.protocols().tlsOpening();
        Admission admission = loop.admission(bound, plain);
        if (open != null) {
          opens.add(loop.limited(open, admission));
        }
        admissions.add(admission);
      }
      Key<List<HostPort>> key = plain ? ServerSettings.LISTEN : TlsSettings.LISTEN;
      doors.add(new Door(key, settings.get(key), opens, admissions));
    }
    return doors;
  }

  /**
   * Listens on the addresses of all doors.
   *
   * @throws StartException if any address fails; then no listener is left open
   */
  static Listeners open(Transport transport, List<Door> doors) throws StartException {
    Listeners listeners = new Listeners(transport);
    try {
      for (Door door : doors) {
        listeners.addresses.add(listeners.listen(door));
      }
      return listeners;
    } catch (StartException failed) {
      listeners.close();
      throw failed;
    }
  }

  /** The listener for a loop's new connections: reads the PROXY header, then starts HTTP or TLS. */
  static ChannelListener<StreamConnection> opening(
      ChannelListener<StreamConnection> next, ServerSettings settings) {
    return new ProxyOpenListener(next, settings.trustedProxies(), settings.http());
  }

  /**
   * Adds the handlers that precede one that reads no request bodies.
   *
   * @param limited adds the handler of limits
   */
  static HttpHandler front(
      HttpHandler handler,
      UnaryOperator<HttpHandler> limited,
      ServerSettings settings,
      ExchangeFailures failures) {
    HttpHandler https = new HttpsHandler(handler, settings.https().policy());
    HttpHandler discarder = new RequestBodyDiscarder(https, settings.http(), failures);
    return new RejectionHandler(
        new ForwardedHeaders(limited.apply(discarder), settings.trustedProxies()));
  }

  private List<InetSocketAddress> listen(Door door) throws StartException {
    ChannelListener<StreamConnection> open =
        connection -> {
          int loop = connection.getIoThread().getNumber();
          accepted.incrementAndGet(loop);
          door.opens().get(loop).handleEvent(connection);
        };
    List<InetSocketAddress> bound = new ArrayList<>();
    for (HostPort address : door.addresses()) {
      bound.add(FileServer.resolve(door.key().name(), address));
    }
    for (boolean wildcard : new boolean[] {true, false}) { // wildcards first: see NioSockets
      for (int i = 0; i < bound.size(); i++) {
        if (bound.get(i).getAddress().isAnyLocalAddress() == wildcard) {
          bound.set(i, listen(door, door.addresses().get(i), bound.get(i), open));
        }
      }
    }
    return List.copyOf(bound);
  }

  /** The reason why listening failed, for the operator. */
  static String why(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return cause instanceof BindException && message.contains("in use")
        ? "the address is in use"
        : message;
  }

  private InetSocketAddress listen(
      Door door,
      HostPort configured,
      InetSocketAddress address,
      ChannelListener<StreamConnection> open)
      throws StartException {
    OptionMap options =
        OptionMap.builder()
            .set(Options.TCP_NODELAY, true)
            .set(Options.REUSE_ADDRESSES, true)
            .set(Options.BACKLOG, 1000)
            .getMap();
    try {
      ListeningSockets bound = transport.listen(address, open, door.admissions(), options);
      sockets.addAll(bound.sockets());
      bound.sockets().forEach(AcceptingChannel::resumeAccepts);
      return bound.address();
    } catch (IOException | RuntimeException failed) {
      throw new StartException(door.key() + ": " + configured + ": " + why(failed), failed);
    }
  }

  /** Numbers of accepted connections, by loop number. */
  List<LongSupplier> accepted() {
    return IntStream.range(0, accepted.length())
        .<LongSupplier>mapToObj(loop -> () -> accepted.get(loop))
        .toList();
  }

  /** The listening addresses of a door, with the ports that the system has selected. */
  List<InetSocketAddress> addresses(int door) {
    return addresses.get(door);
  }

  /** Stops accepting; open connections continue. */
  @Override
  public void close() {
    sockets.forEach(IoUtils::safeClose);
  }
}
