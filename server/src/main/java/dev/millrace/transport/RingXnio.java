package dev.millrace.transport;

import dev.millrace.loop.EventLoop;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.RingUnavailableException;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/**
 * The XNIO provider whose workers run on a ring.
 *
 * <p>Not registered as a service: which transport serves is decided at start, in plain sight.
 */
public final class RingXnio extends Xnio {
  private final TransportConfig config;
  private final EventLoop.FailureHandler failures;

  /**
   * @param failures told of what a handler throws; must not block
   */
  public RingXnio(TransportConfig config, EventLoop.FailureHandler failures) {
    super("millrace-uring");
    this.config = config;
    this.failures = failures;
  }

  /**
   * Starts a worker with one loop.
   *
   * @throws RingUnavailableException if there is no ring to be had
   */
  public RingWorker createRingWorker(String name) throws RingUnavailableException {
    IoUring ring = IoUring.open(config.ring());
    XnioWorker.Builder builder = createWorkerBuilder();
    builder.setWorkerName(name);
    // Undertow's blocking handlers may use XNIO's task pool; the server itself never does, and the
    // pool starts its threads only when used.
    builder.setCoreWorkerPoolSize(1);
    builder.setMaxWorkerPoolSize(4);
    RingWorker worker = new RingWorker(builder, new EventLoop(ring, failures), config);
    worker.startLoop();
    return worker;
  }

  @Override
  protected XnioWorker build(XnioWorker.Builder builder) {
    throw new UnsupportedOperationException("use createRingWorker");
  }
}
