package dev.millrace.app;

import dev.millrace.gate.GateConduit;
import dev.millrace.gate.GateLimits;
import dev.millrace.gate.GateStats;
import dev.millrace.gate.ProxyOpenListener;
import dev.millrace.gate.Shortcut;
import dev.millrace.hot.HotConnection;
import dev.millrace.http.ExchangeFailures;
import dev.millrace.http.ForwardedHeaders;
import dev.millrace.http.GateAnswers;
import dev.millrace.http.RequestBodies;
import dev.millrace.transport.Admission;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/**
 * The HTTP listeners. Each connection goes through the gate and then to Undertow, so this does what
 * {@code Undertow.start} would, which has no place to put a gate in.
 */
final class Listeners implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 << 10;

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

  /** What each connection of one loop goes through: the PROXY header, the gate, Undertow. */
  static ChannelListener<StreamConnection> gated(
      HttpHandler root,
      Settings settings,
      GateStats stats,
      Function<StreamConnection, @Nullable Shortcut> shortcuts,
      GatedConnections connections) {
    GateLimits limits = settings.gate();
    HttpOpenListener http =
        new HttpOpenListener(
            new DefaultByteBufferPool(false, BUFFER_BYTES, -1, 4),
            undertowOptions(limits, settings.idleTimeout()));
    http.setRootHandler(root);
    ChannelListener<StreamConnection> passed =
        connection -> {
          var _ = connection.getPeerAddress(); // handlers may ask on any thread
          http.handleEvent(connection);
        };
    ChannelListener<StreamConnection> gated =
        connection -> {
          Shortcut shortcut = shortcuts.apply(connection);
          GateConduit gate = GateConduit.install(connection, limits, stats, shortcut);
          connections.add(connection, gate);
          if (shortcut instanceof HotConnection hot) {
            hot.await(gate, passed);
          } else {
            passed.handleEvent(connection);
          }
        };
    return new ProxyOpenListener(gated, settings.proxies(), limits);
  }

  /** What stands between the gate and a handler that takes no request bodies. */
  static HttpHandler front(HttpHandler handler, Settings settings, ExchangeFailures failures) {
    return new GateAnswers(
        new ForwardedHeaders(
            new RequestBodies(handler, settings.gate(), failures), settings.proxies()));
  }

  /** Undertow's own limits must not be narrower than the gate's, nor its notion of a target. */
  private static OptionMap undertowOptions(GateLimits limits, Duration idle) {
    return OptionMap.builder()
        .set(UndertowOptions.NO_REQUEST_TIMEOUT, (int) idle.toMillis())
        .set(UndertowOptions.DECODE_URL, false)
        .set(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
        .set(UndertowOptions.RECORD_REQUEST_START_TIME, true)
        .set(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
        .set(UndertowOptions.MAX_HEADER_SIZE, limits.headBytes() + 2 * limits.targetBytes()) // %25
        .set(UndertowOptions.MAX_HEADERS, limits.fields())
        .set(UndertowOptions.MAX_PARAMETERS, limits.targetBytes())
        .set(UndertowOptions.MAX_ENTITY_SIZE, -1L) // beyond it Undertow closes without an answer
        .getMap();
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
      Transport.Bound bound = transport.listen(address, open, admissions, options);
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
