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
  private final boolean measured;

  /**
   * @param failures told of what a handler throws; must not block
   * @param measured whether the loop's and the transport's figures are kept
   */
  public RingXnio(TransportConfig config, EventLoop.FailureHandler failures, boolean measured) {
    super("millrace-uring");
    this.config = config;
    this.failures = failures;
    this.measured = measured;
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
    RingWorker worker = new RingWorker(builder, new EventLoop(ring, failures, measured), config);
    worker.startLoop();
    return worker;
  }

  @Override
  protected XnioWorker build(XnioWorker.Builder builder) {
    throw new UnsupportedOperationException("use createRingWorker");
  }
}
