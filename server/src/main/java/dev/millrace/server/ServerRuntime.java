package dev.millrace.server;

import dev.millrace.sync.ThreadPool;
import dev.millrace.transport.uring.RingXnio.RingFactory;
import dev.millrace.transport.uring.TransportConfig;
import dev.millrace.uring.IoUring;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What the server's loops and workers run on. A simulation replaces it.
 *
 * @param rings opens the rings of the loops
 * @param transport adapts the configuration of the transport
 * @param pools makes the pools of worker threads
 */
record ServerRuntime(
    RingFactory rings,
    UnaryOperator<TransportConfig> transport,
    Function<ThreadPool.Config, ThreadPool> pools) {
  /** The kernel's rings, and threads. */
  static final ServerRuntime SYSTEM =
      new ServerRuntime(IoUring::open, UnaryOperator.identity(), ThreadPool::new);
}
