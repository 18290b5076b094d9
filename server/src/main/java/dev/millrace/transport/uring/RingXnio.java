package dev.millrace.transport.uring;

import dev.millrace.loop.EventLoop;
import dev.millrace.uring.BufferRing;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.Ring;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingSizes;
import dev.millrace.uring.RingUnavailableException;
import java.util.ArrayList;
import java.util.List;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/**
 * The XNIO provider whose workers run on rings.
 *
 * <p>Not registered as a service: the server chooses its transport explicitly at start.
 */
public final class RingXnio extends Xnio {
  private final TransportConfig config;
  private final EventLoop.FailureHandler failures;
  private final boolean measured;
  private final RingFactory rings;

  /** Opens the rings of workers. */
  @FunctionalInterface
  public interface RingFactory {
    /** Opens a ring that is not yet enabled. */
    Ring open(RingConfig config) throws RingUnavailableException;
  }

  /**
   * With the kernel's rings.
   *
   * @param failures receives exceptions that handlers throw; must not block
   * @param measured whether the metrics of the loop and the transport are recorded
   */
  public RingXnio(TransportConfig config, EventLoop.FailureHandler failures, boolean measured) {
    this(config, failures, measured, IoUring::open);
  }

  /** With other rings, for example simulated ones. */
  public RingXnio(
      TransportConfig config,
      EventLoop.FailureHandler failures,
      boolean measured,
      RingFactory rings) {
    super("millrace-uring");
    this.rings = rings;
    this.config = config;
    this.failures = failures;
    this.measured = measured;
  }

  /**
   * Starts workers with one loop each. If locked memory is short, all of them use smaller rings
   * ({@link RingWorker#shortage}).
   *
   * @param name of the worker; a number is appended if there are several
   * @param threadName of its loop thread; a number is appended if there are several
   * @return the workers, in order of their loop's number from 0
   * @throws RingUnavailableException if the kernel cannot provide this many rings
   */
  public List<RingWorker> createRingWorkers(int count, String name, String threadName)
      throws RingUnavailableException {
    RingSizes.Opened<List<RingAndBuffers>> rings =
        RingSizes.largest(config.ring(), size -> open(count, size));
    List<RingWorker> workers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String number = count == 1 ? "" : "-" + i;
      RingAndBuffers ring = rings.value().get(i);
      XnioWorker.Builder builder = createWorkerBuilder();
      builder.setWorkerName(name + number);
      // Undertow's blocking handlers may use XNIO's task pool. The server itself never does, and
      // the pool starts its threads on first use.
      builder.setCoreWorkerPoolSize(1);
      builder.setMaxWorkerPoolSize(4);
      workers.add(
          new RingWorker(
              builder,
              new EventLoop(ring.ring(), failures, measured),
              config,
              new RingSizes.Opened<>(ring, rings.config(), rings.refusal()),
              i,
              threadName + number));
    }
    workers.forEach(RingWorker::startLoop);
    return List.copyOf(workers);
  }

  /** Opens {@code count} rings or none. */
  private List<RingAndBuffers> open(int count, RingConfig size) throws RingUnavailableException {
    List<RingAndBuffers> opened = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        opened.add(open(size));
      }
      return opened;
    } catch (RingUnavailableException refused) {
      opened.forEach(ring -> ring.ring().close());
      throw refused;
    }
  }

  /** A ring that is not yet enabled, so no thread owns it. */
  record RingAndBuffers(Ring ring, BufferRing buffers) {}

  private RingAndBuffers open(RingConfig size) throws RingUnavailableException {
    Ring ring = rings.open(size);
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
    throw new UnsupportedOperationException("use createRingWorkers");
  }
}
