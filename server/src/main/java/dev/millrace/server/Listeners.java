package dev.millrace.server;

import dev.millrace.config.HostPort;
import dev.millrace.config.Key;
import dev.millrace.config.ListenAddress;
import dev.millrace.http.exchange.BodyUse;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.http.exchange.RejectionHandler;
import dev.millrace.http.exchange.RequestBodyDiscarder;
import dev.millrace.https.HttpsHandler;
import dev.millrace.net.Sockets;
import dev.millrace.proxy.ForwardedHeaders;
import dev.millrace.proxy.ProxyOpenListener;
import dev.millrace.transport.Admission;
import dev.millrace.transport.ListeningSockets;
import dev.millrace.transport.tls.TlsSettings;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/** The listeners of HTTP and HTTPS, and the chain of listeners and handlers of a connection. */
final class Listeners implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /**
   * Addresses whose connections are handled alike.
   *
   * @param key the setting with the addresses
   * @param opens get the accepted connections; by loop number
   * @param admissions decide which connections are accepted; by loop number
   */
  record Door(
      Key<List<ListenAddress>> key,
      List<ListenAddress> addresses,
      List<ChannelListener<StreamConnection>> opens,
      List<Admission> admissions) {}

  static final int BACKLOG = 1000;

  private final List<AcceptingChannel<StreamConnection>> sockets = new ArrayList<>();
  private final List<AcceptingChannel<StreamConnection>> shared = new ArrayList<>();
  private final List<UnixSocketFile> files = new ArrayList<>();
  private final List<List<SocketAddress>> addresses = new ArrayList<>();
  private final Transport transport;
  private final ServerSettings settings;
  private final InheritedSockets inheritedSockets;
  private final AtomicLongArray accepted;

  private Listeners(
      Transport transport, ServerSettings settings, InheritedSockets inheritedSockets) {
    this.transport = transport;
    this.settings = settings;
    this.inheritedSockets = inheritedSockets;
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
      Key<List<ListenAddress>> key = plain ? ServerSettings.LISTEN : TlsSettings.LISTEN;
      doors.add(new Door(key, settings.get(key), opens, admissions));
    }
    return doors;
  }

  /**
   * Listens on the addresses of all doors.
   *
   * @param inherited of which the doors take those that they name
   * @throws StartException if any address fails; then no listener is left open
   */
  static Listeners open(
      Transport transport, ServerSettings settings, InheritedSockets inherited, List<Door> doors)
      throws StartException {
    Listeners listeners = new Listeners(transport, settings, inherited);
    try {
      for (Door door : doors) {
        listeners.addresses.add(listeners.listen(door));
      }
      for (String name : inherited.leftOver()) {
        LOG.warning("the service manager has passed a socket that no setting names: " + name);
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
   * Adds the handlers that precede one.
   *
   * @param bodyUse what it does with the body of a request
   * @param limited adds the handler of limits
   */
  static HttpHandler front(
      HttpHandler handler,
      Function<HttpServerExchange, BodyUse> bodyUse,
      UnaryOperator<HttpHandler> limited,
      ServerSettings settings,
      ExchangeFailures failures) {
    HttpHandler https = new HttpsHandler(handler, settings.https().policy());
    HttpHandler discarder = new RequestBodyDiscarder(https, bodyUse, settings.http(), failures);
    return new RejectionHandler(
        new ForwardedHeaders(limited.apply(discarder), settings.trustedProxies()));
  }

  private List<SocketAddress> listen(Door door) throws StartException {
    ChannelListener<StreamConnection> open =
        connection -> {
          int loop = connection.getIoThread().getNumber();
          accepted.incrementAndGet(loop);
          door.opens().get(loop).handleEvent(connection);
        };
    List<List<SocketAddress>> bound = new ArrayList<>();
    for (int i = 0; i < door.addresses().size(); i++) {
      bound.add(List.of());
    }
    for (boolean wildcard : new boolean[] {true, false}) { // wildcards first: see NioSockets
      for (int i = 0; i < bound.size(); i++) {
        ListenAddress address = door.addresses().get(i);
        InetSocketAddress internet =
            address instanceof HostPort at ? FileServer.resolve(door.key().name(), at) : null;
        if ((internet != null && internet.getAddress().isAnyLocalAddress()) == wildcard) {
          bound.set(i, listen(door, address, internet, open));
        }
      }
    }
    return bound.stream().flatMap(List::stream).toList();
  }

  /** The reason why listening failed, for the operator. */
  static String why(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return cause instanceof BindException && message.contains("in use")
        ? "the address is in use"
        : message;
  }

  private List<SocketAddress> listen(
      Door door,
      ListenAddress configured,
      @Nullable InetSocketAddress internet,
      ChannelListener<StreamConnection> open)
      throws StartException {
    try {
      return switch (configured) {
        case HostPort at when internet != null -> {
          Integer fd = inheritedSockets.take(at);
          yield List.of(
              fd == null ? listen(door, internet, open) : accept(door, fd, sockets, open));
        }
        case HostPort _ -> throw new IllegalStateException("an address that is not resolved");
        case ListenAddress.Unix(Path path) -> List.of(listen(door, path, open));
        case ListenAddress.Inherited(String name) -> listenInherited(door, name, open);
      };
    } catch (IOException | RuntimeException failed) {
      throw new StartException(door.key() + ": " + configured + ": " + why(failed), failed);
    }
  }

  private SocketAddress listen(
      Door door, InetSocketAddress address, ChannelListener<StreamConnection> open)
      throws IOException {
    OptionMap options =
        OptionMap.builder()
            .set(Options.TCP_NODELAY, true)
            .set(Options.REUSE_ADDRESSES, true)
            .set(Options.BACKLOG, BACKLOG)
            .getMap();
    return add(sockets, transport.listen(address, open, door.admissions(), options));
  }

  private SocketAddress listen(Door door, Path path, ChannelListener<StreamConnection> open)
      throws IOException {
    UnixSocketFile.Opened opened = UnixSocketFile.listen(path, BACKLOG, settings.values());
    files.add(opened.file());
    try {
      SocketAddress address = UnixDomainSocketAddress.of(path);
      return add(sockets, transport.accept(opened.fd(), address, open, door.admissions()));
    } finally {
      Sockets.close(opened.fd()); // the loops have their own
    }
  }

  private List<SocketAddress> listenInherited(
      Door door, String name, ChannelListener<StreamConnection> open) throws IOException {
    List<SocketAddress> addresses = new ArrayList<>();
    for (int fd : inheritedSockets.take(name)) {
      addresses.add(accept(door, fd, shared, open));
    }
    return addresses;
  }

  private SocketAddress accept(
      Door door,
      int fd,
      List<AcceptingChannel<StreamConnection>> to,
      ChannelListener<StreamConnection> open)
      throws IOException {
    try {
      SocketAddress address = Sockets.localAddress(fd);
      return add(to, transport.accept(fd, address, open, door.admissions()));
    } finally {
      Sockets.close(fd); // the loops have their own
    }
  }

  private static SocketAddress add(
      List<AcceptingChannel<StreamConnection>> to, ListeningSockets opened) {
    to.addAll(opened.sockets());
    opened.sockets().forEach(AcceptingChannel::resumeAccepts);
    return opened.address();
  }

  /** Numbers of accepted connections, by loop number. */
  List<LongSupplier> accepted() {
    return IntStream.range(0, accepted.length())
        .<LongSupplier>mapToObj(loop -> () -> accepted.get(loop))
        .toList();
  }

  /** The listening addresses of a door, with the ports that the system has selected. */
  List<SocketAddress> addresses(int door) {
    return addresses.get(door);
  }

  /** The listening addresses of a door that are not Unix sockets. */
  List<InetSocketAddress> internetAddresses(int door) {
    return addresses.get(door).stream()
        .filter(InetSocketAddress.class::isInstance)
        .map(InetSocketAddress.class::cast)
        .toList();
  }

  /**
   * Stops accepting at sockets that another process keeps open: their connections wait there for
   * the next server.
   */
  void closeShared() {
    shared.forEach(IoUtils::safeClose);
  }

  /** Stops accepting; open connections continue. */
  @Override
  public void close() {
    closeShared();
    sockets.forEach(IoUtils::safeClose);
    files.forEach(UnixSocketFile::delete);
  }
}
