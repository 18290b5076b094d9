package dev.millrace.server;

import dev.millrace.config.ConfigNode;
import dev.millrace.config.Key;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.content.MountSettings;
import dev.millrace.limits.LimitSettings;
import dev.millrace.metrics.ServerMetrics;
import dev.millrace.sync.Mutex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the mounts, with their rules, passwords and tokens, and the rules of requests, of a
 * server that runs. Everything new is made before anything is replaced. A request ends with the
 * configuration that it began with.
 */
final class Reload {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** The keys whose changes apply; those of other keys need a restart. */
  private static final Set<Key<?>> APPLIED =
      Stream.of(
              List.<Key<?>>of(MountSettings.ROOT), MountSettings.POLICY, LimitSettings.OF_REQUESTS)
          .flatMap(List::stream)
          .collect(Collectors.toSet());

  /** The same for names of the YAML file that are not keys. */
  private static final Set<String> APPLIED_STRUCTURED =
      Stream.of(MountSettings.STRUCTURED, LimitSettings.STRUCTURED)
          .flatMap(List::stream)
          .collect(Collectors.toSet());

  private final ServerSettings started;
  private final List<LoopContext> loops;
  private final ServerLimits limits;
  private final WorkerPools pools;
  private final ServerMetrics metrics;
  private final @Nullable LoopMetrics loopMetrics;
  private final Mutex mutex = new Mutex();
  private final AtomicLong applied = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile Roots roots;
  private volatile boolean closed;

  /**
   * @param started the settings that the server started with
   * @param roots closed by this object
   * @param loopMetrics null if metrics are off
   */
  Reload(
      ServerSettings started,
      Roots roots,
      List<LoopContext> loops,
      ServerLimits limits,
      WorkerPools pools,
      ServerMetrics metrics,
      @Nullable LoopMetrics loopMetrics) {
    this.started = started;
    this.roots = roots;
    this.loops = loops;
    this.limits = limits;
    this.pools = pools;
    this.metrics = metrics;
    this.loopMetrics = loopMetrics;
    if (loopMetrics != null) {
      metrics.reloads(applied::get, refused::get);
    }
    follow(roots, loops.stream().map(LoopContext::mounts).toList());
  }

  private static void follow(Roots roots, List<LoopMounts> each) {
    roots.follow((mount, root) -> each.forEach(mounts -> mounts.root(mount, root)));
  }

  /** Whether the roots can be opened. May block on a disk. Any thread. */
  boolean areRootsThere() {
    return roots.areThere();
  }

  /**
   * Applies other settings. May wait for a disk. Any thread but a loop's.
   *
   * @return false if nothing has changed, because the settings are invalid or the server stops
   */
  boolean apply(SettingsSource source) {
    mutex.lock();
    try {
      return !closed && replace(source.load());
    } catch (SettingsException | StartException wrong) {
      refused.incrementAndGet();
      LOG.log(
          Level.WARNING, "reload failed, the configuration is as before: {0}", wrong.getMessage());
      return false;
    } finally {
      mutex.unlock();
    }
  }

  private boolean replace(ServerSettings next) throws StartException {
    Roots opened = Roots.open(next.mounts(), started.get(LoopCaches.REVALIDATE));
    List<LoopMounts> made = new ArrayList<>();
    int pooled = pools.own();
    pools.grow(next.mounts().size());
    try {
      for (LoopContext loop : loops) {
        made.add(loop.make(next.mounts()));
      }
      follow(opened, made); // posts the roots to the loops, before the mounts are used
      limits.use(next.limits());
      for (int i = 0; i < loops.size(); i++) {
        loops.get(i).use(made.get(i));
      }
    } catch (IllegalStateException | RejectedExecutionException stopping) {
      opened.close(); // the loops drop what was posted
      return false;
    }
    Roots before = roots;
    roots = opened;
    before.close();
    if (closed) {
      opened.close();
    }
    if (loopMetrics != null) {
      loopMetrics.register(next.mounts());
      pools.registerFrom(pooled, metrics);
    }
    applied.incrementAndGet();
    log(unapplied(next.values()));
    return true;
  }

  private static void log(Set<String> unapplied) {
    if (unapplied.isEmpty()) {
      LOG.info("configuration reloaded");
    } else {
      LOG.log(
          Level.WARNING,
          "configuration reloaded, except for what requires a restart: {0}",
          String.join(", ", unapplied));
    }
  }

  /** The names of changed settings that a reload does not apply. */
  private Set<String> unapplied(Settings next) {
    Set<String> names = new TreeSet<>();
    for (Key<?> key : ServerSettings.KEYS) {
      if (!APPLIED.contains(key) && !next.node(key).hasValueOf(started.values().node(key))) {
        names.add(key.name());
      }
    }
    Map<String, ConfigNode> before = started.values().file();
    Map<String, ConfigNode> now = next.file();
    for (String name : ServerSettings.STRUCTURED) {
      ConfigNode was = before.get(name);
      ConfigNode is = now.get(name);
      boolean same = was == null ? is == null : is != null && is.hasValueOf(was);
      if (!APPLIED_STRUCTURED.contains(name) && !same) {
        names.add(name);
      }
    }
    return names;
  }

  /** Closes the roots; nothing is applied any more. */
  void close() {
    closed = true;
    roots.close();
  }
}
