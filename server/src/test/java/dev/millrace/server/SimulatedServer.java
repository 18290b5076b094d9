package dev.millrace.server;

import dev.millrace.config.SettingsLoader;
import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.uring.RingWorker;
import dev.millrace.transport.uring.TransportConfig;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.sim.SimulatedRing;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * The whole server on a simulated ring: it starts in real time, then a simulation decides when each
 * operation completes and when each task of a worker runs. Listens on Unix sockets, because the
 * kernel delivers their bytes at once.
 */
public final class SimulatedServer implements AutoCloseable {
  private final SimulatedRing ring;
  private final List<ThreadPool> pools = new CopyOnWriteArrayList<>();
  private final FileServer server;
  private final Transport transport;

  /**
   * Starts a server.
   *
   * @param settings more of them, by name
   * @param yaml a file with further settings
   * @param queues of the ring
   * @param transport adapts the configuration of the transport
   */
  public SimulatedServer(
      Map<String, String> settings,
      Path yaml,
      RingConfig queues,
      UnaryOperator<TransportConfig> transport)
      throws Exception {
    Map<String, List<String>> flags = new HashMap<>();
    flags.put("management", List.of("off"));
    flags.put("transport", List.of("uring"));
    flags.put("lame-duck", List.of("0s"));
    flags.put("drain", List.of("2s"));
    settings.forEach((name, value) -> flags.put(name, List.of(value)));
    this.ring = SimulatedRing.overSystem(queues);
    ServerRuntime runtime = new ServerRuntime(_ -> ring, transport, this::pool);
    this.server =
        FileServer.start(
            ServerSettings.load(new SettingsLoader.Flags(flags, yaml), Map.of()),
            InheritedSockets.none(),
            runtime);
    this.transport = server.transport();
  }

  /** A pool without threads: the simulation runs its tasks. */
  private ThreadPool pool(ThreadPool.Config config) {
    ThreadPool pool =
        new ThreadPool(
            new ThreadPool.Config(
                config.name(), 0, config.queueCapacityEntries(), config.observer()));
    pools.add(pool);
    return pool;
  }

  public SimulatedRing ring() {
    return ring;
  }

  /** The pools of workers, which may grow. */
  public List<ThreadPool> pools() {
    return pools;
  }

  /** The worker of the only loop. */
  public RingWorker worker() {
    return ((Transport.Uring) transport).workers().getFirst();
  }

  /** Number of read buffers in use. Loop thread. */
  public int readBuffersTaken() {
    return server.loop(0).buffers().taken();
  }

  /** Number of requests that are not answered. Loop thread. */
  public int activeRequests() {
    return server.loop(0).requests().active();
  }

  @Override
  public void close() {
    server.close();
  }

  /** The path of a Unix socket as an address to listen on. */
  public static String listen(Path socket) {
    return "unix:" + socket;
  }
}
