package dev.millrace.server;

import dev.millrace.cache.CacheStats;
import dev.millrace.content.Mount;
import dev.millrace.files.OpenFiles;
import dev.millrace.http.exchange.RequestStats;
import dev.millrace.http.exchange.RequestTracker;
import dev.millrace.management.ServerStatus;
import dev.millrace.metrics.CompressionMetrics;
import dev.millrace.metrics.NioMetrics;
import dev.millrace.metrics.RingMetrics;
import dev.millrace.metrics.ServerMetrics;
import dev.millrace.metrics.WriteMetrics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Adds the statistics of all loops to the metrics and to the status page. */
final class LoopMetrics {
  private final List<LoopContext> loops;

  /** The mounts whose caches of open files have meters. */
  private final Set<String> registered = new HashSet<>();

  private final ServerMetrics metrics;
  private final ServerStatus charts;

  LoopMetrics(List<LoopContext> loops, ServerMetrics metrics, ServerStatus charts) {
    this.loops = loops;
    this.metrics = metrics;
    this.charts = charts;
  }

  ServerStatus charts() {
    return charts;
  }

  /** The parts of all loops that are not null. */
  private <T> List<T> each(Function<LoopContext, @Nullable T> part) {
    List<T> all = new ArrayList<>();
    for (LoopContext loop : loops) {
      T value = part.apply(loop);
      if (value != null) {
        all.add(value);
      }
    }
    return all;
  }

  /** Adds requests, parsers, caches and rings. */
  void register(ServerSettings settings, Transport transport) {
    List<RequestStats> stats = each(LoopContext::stats);
    List<RequestTracker> trackers = each(LoopContext::requests);
    charts.requests(stats, trackers, transport::openConnections);
    metrics.build(Version.current());
    metrics.transport(transport.name(), transport.reason());
    metrics.requests(trackers, stats);
    metrics.failures(each(LoopContext::failures));
    metrics.parser(each(LoopContext::parserStats));
    metrics.http2(each(loop -> loop.protocols().http2Stats()));
    registerCaches(settings);
    new WriteMetrics(metrics.meters()).register(loops.getFirst().writes());
    new CompressionMetrics(metrics.meters()).register(loops.getFirst().compressed());
    switch (transport) {
      case Transport.Uring uring -> {
        new RingMetrics(metrics.meters()).register(uring.workers());
        charts.ring(uring.workers());
      }
      case Transport.Nio nio -> new NioMetrics(metrics.meters()).register(nio.sockets().stats());
    }
  }

  private void registerCaches(ServerSettings settings) {
    register(settings.mounts());
    List<CacheStats> answers = each(loop -> loop.caches().answers());
    if (!answers.isEmpty()) {
      metrics.responseCache(answers);
    }
  }

  /** Adds the caches of open files of mounts that are not there yet. */
  void register(List<Mount> mounts) {
    for (Mount mount : mounts) {
      String name = mount.name();
      if (each(loop -> loop.mounts().openFiles(name)).isEmpty() || !registered.add(name)) {
        continue;
      }
      metrics.openFiles(
          loops.stream()
              .<Supplier<@Nullable OpenFiles>>map(loop -> () -> loop.mounts().openFiles(name))
              .toList(),
          name);
    }
  }

  /** Adds handshakes and certificates. */
  void register(HttpsServices https) {
    metrics.tls(each(loop -> loop.protocols().handshakes()), https.certificates());
    metrics.pool("tls", https.pool());
    if (https.acme() != null) {
      metrics.acme(https.acme().manager());
    }
    charts.certificates(https.certificates());
  }
}
