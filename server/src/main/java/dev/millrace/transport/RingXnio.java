package dev.millrace.transport;

import dev.millrace.loop.EventLoop;
import dev.millrace.uring.BufferRing;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingSizes;
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
   * Starts a worker with one loop, on a smaller ring if locked memory is short ({@link
   * RingWorker#shortage}).
   *
   * @throws RingUnavailableException if there is no ring to be had
   */
  public RingWorker createRingWorker(String name) throws RingUnavailableException {
    RingSizes.Opened<RingAndBuffers> opened = RingSizes.largest(config.ring(), this::open);
    XnioWorker.Builder builder = createWorkerBuilder();
    builder.setWorkerName(name);
    // Undertow's blocking handlers may use XNIO's task pool; the server itself never does, and the
    // pool starts its threads only when used.
    builder.setCoreWorkerPoolSize(1);
    builder.setMaxWorkerPoolSize(4);
    EventLoop loop = new EventLoop(opened.value().ring(), failures, measured);
    RingWorker worker = new RingWorker(builder, loop, config, opened);
    worker.startLoop();
    return worker;
  }

  /** A ring that is not enabled yet, so that it belongs to no thread. */
  record RingAndBuffers(IoUring ring, BufferRing buffers) {}

  private RingAndBuffers open(RingConfig size) throws RingUnavailableException {
    IoUring ring = IoUring.open(size);
    int wanted = config.ring().submissionEntries();
    int buffers = Math.max(1, config.receiveBuffers() * size.submissionEntries() / wanted);
    try {
      BufferRing provided =
          ring.provideBuffers(buffers, config.receiveBufferBytes(), RingIoThread.BUFFER_GROUP);
      return new RingAndBuffers(ring, provided);
    } catch (RingUnavailableException refused) {
      ring.close();
      throw refused;
    }
  }

  @Override
  protected XnioWorker build(XnioWorker.Builder builder) {
    throw new UnsupportedOperationException("use createRingWorker");
  }
}
