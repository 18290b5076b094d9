package dev.millrace.uring.sim;

import dev.millrace.sync.Errno;
import dev.millrace.uring.BufferRing;
import dev.millrace.uring.CompletionSink;
import dev.millrace.uring.Completions;
import dev.millrace.uring.EncodingRing;
import dev.millrace.uring.Features;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingStats.Counter;
import dev.millrace.uring.RingUnavailableException;
import dev.millrace.uring.abi.Sqe;
import dev.millrace.uring.abi.Structs;
import dev.millrace.uring.sim.CompletionQueue.Completion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A ring with a simulated kernel that is controlled by a seed. It completes operations in any
 * order, shortens transfers, fails operations, delays wakeups, overflows, ends multishot
 * operations, and loses races with a cancellation. The same seed reproduces the same run.
 *
 * <p>It reads the same submission entries as a kernel. Time is simulated: it passes only in {@link
 * #submitAndWait}, until the next event or the end of the wait. {@linkplain #schedule Events} that
 * run while the ring waits take the role of other threads and peers. A wait that no event would end
 * is a {@link MisuseError}, and so is the use of memory in flight.
 *
 * <p>Unlike in a kernel, a change of its word ends a futex wait here: the word is checked while the
 * ring sleeps, because the ring cannot see wake calls of other threads. Symbolic links are not
 * resolved.
 */
public final class SimulatedRing extends EncodingRing {
  private record Simulation(Faults faults, long seed, Runnable first, Runnable watch) {}

  private static final long LIVE_PAUSE_NANOS = 20_000;

  private final Map<Integer, SimulatedRing> family;
  private final int descriptor;
  private final RingConfig config;
  private final Chances chances;
  private final Set<OpKind> operations;
  private final Events events;
  private final Kernel kernel;
  private final Scheduler scheduler;
  private final MemorySegment entries;
  private final Arena arena = Arena.ofAuto();
  private final CompletionQueue completions;
  private int taken;
  private @Nullable Thread owner;

  private volatile @Nullable Simulation next;
  private boolean live;
  private boolean wasSimulated;
  private long liveSinceNanos;
  private Runnable watch = () -> {};

  /**
   * A single ring.
   *
   * @param missing operations that its kernel does not support
   */
  public SimulatedRing(RingConfig config, Faults faults, long seed, OpKind... missing) {
    this(config, faults, seed, new HashMap<>(), Set.of(missing), MemoryKernel::new);
  }

  /**
   * A ring whose operations the running kernel performs, on descriptors of this process: the order,
   * the faults and the time are simulated, the files and sockets are not. It runs at once and in
   * real time until {@link #simulate}, and again after {@link #endSimulation}, so that a program
   * can start and stop as usual.
   */
  public static SimulatedRing overSystem(RingConfig config) {
    return overSystem(config, new HashMap<>());
  }

  private static SimulatedRing overSystem(RingConfig config, Map<Integer, SimulatedRing> family) {
    var ring = new SimulatedRing(config, Faults.NONE, 0, family, Set.of(), SystemKernel::new);
    ring.live(true);
    return ring;
  }

  private SimulatedRing(
      RingConfig config,
      Faults faults,
      long seed,
      Map<Integer, SimulatedRing> family,
      Set<OpKind> missing,
      Function<Chances, Kernel> kernel) {
    Set<OpKind> operations = EnumSet.allOf(OpKind.class);
    operations.removeAll(missing);
    Arena queues = Arena.ofAuto();
    int count = config.submissionEntries();
    MemorySegment entries = queues.allocate(count * Sqe.BYTES, 64);
    super(entries, queues.allocate(count * Structs.TIMESPEC.byteSize(), 8), operations);
    this.operations = operations;
    this.entries = entries;
    this.config = config;
    this.completions = new CompletionQueue(config.completionEntries());
    this.chances = new Chances(faults, seed);
    this.events = new Events(chances);
    this.kernel = kernel.apply(chances);
    this.scheduler = new Scheduler(this.kernel, events, chances, completions::post, this::message);
    this.family = family;
    this.descriptor = 1_000_000 + family.size();
    family.put(descriptor, this);
  }

  /** Creates another ring; the two can exchange messages. */
  public SimulatedRing sibling(long seed) {
    if (kernel instanceof SystemKernel) {
      return overSystem(config, family);
    }
    return new SimulatedRing(config, chances.faults(), seed, family, Set.of(), MemoryKernel::new);
  }

  public SimulatedFiles files() {
    return inMemory().files;
  }

  public SimulatedNetwork network() {
    return inMemory().network;
  }

  private MemoryKernel inMemory() {
    if (kernel instanceof MemoryKernel memory) {
      return memory;
    }
    throw new IllegalStateException("the files and sockets of this ring are the system's");
  }

  /**
   * Starts the simulation of a ring {@linkplain #overSystem over the system}, once its thread
   * sleeps and has no completion to handle. Any thread.
   *
   * @param first the first event
   * @param watch called each time before simulated time may pass, to schedule what other threads
   *     would do
   */
  public void simulate(Faults faults, long seed, Runnable first, Runnable watch) {
    next = new Simulation(faults, seed, first, watch);
  }

  /** Lets the ring run in real time again. The ring's thread. */
  public void endSimulation() {
    watch = () -> {};
    live(true);
  }

  private void live(boolean now) {
    live = now;
    scheduler.immediate(now);
    liveSinceNanos = System.nanoTime() - events.nowNanos();
  }

  private void begin(Simulation simulation) {
    next = null;
    wasSimulated = true;
    live(false);
    scheduler.settle();
    chances.restart(simulation.faults, simulation.seed);
    watch = simulation.watch;
    events.at(events.nowNanos(), simulation.first);
  }

  /**
   * Waits in real time; completions come as they would from a kernel. True if a simulation began
   * before there were enough of them.
   */
  private boolean passLive(int enough, long timeoutNanos) {
    long since = System.nanoTime();
    while (true) {
      Simulation simulation = next;
      if (wasSimulated) {
        events.advanceTo(System.nanoTime() - liveSinceNanos);
      }
      completions.flushOverflow();
      scheduler.lookAround(enough > 0);
      if (completions.size() >= enough) {
        return false;
      }
      if (simulation != null) {
        begin(simulation);
        return true;
      }
      if (timeoutNanos >= 0 && wasSimulated && System.nanoTime() - since > timeoutNanos) {
        return false;
      }
      LockSupport.parkNanos(LIVE_PAUSE_NANOS);
    }
  }

  /** Runs an event while the ring waits, after a simulated delay. */
  public void schedule(long delayNanos, Runnable event) {
    events.at(events.nowNanos() + delayNanos, event);
  }

  /** Makes the next operation of a kind fail, regardless of the chances. */
  public void failNext(OpKind kind, int errno) {
    scheduler.failNext(kind, errno);
  }

  /**
   * Records that memory was freed.
   *
   * @throws MisuseError if an operation in flight uses it; later operations that use it throw too
   */
  public void release(MemorySegment memory) {
    kernel.guard.release(memory, scheduler.inFlight());
  }

  /** Records that {@linkplain #release released} memory is in use again. */
  public void reuse(MemorySegment memory) {
    kernel.guard.reuse(memory);
  }

  /** Number of operations whose last completion is not posted. */
  public int inFlight() {
    return scheduler.inFlight().size();
  }

  /** Number of open descriptors, with that of the root directory. */
  public int openDescriptors() {
    return inMemory().descriptors.count();
  }

  /** Closes a descriptor at once, as close(2) does, without cancelling operations. */
  public void closeDescriptor(int fd) {
    if (kernel.close(fd) != 0) {
      throw new MisuseError("close of " + fd + ", which is not open");
    }
  }

  @Override
  public void enable() {
    if (owner != null) {
      throw new IllegalStateException("the ring is already enabled");
    }
    owner = Thread.currentThread();
  }

  @Override
  public Features features() {
    return new Features(operations, true, false);
  }

  @Override
  public int descriptor() {
    return descriptor;
  }

  @Override
  public long nanoTime() {
    return events.nowNanos();
  }

  @Override
  protected int takenEntries() {
    return taken;
  }

  @Override
  public int queued() {
    return preparedEntries() - taken;
  }

  @Override
  protected void submitEarly() {
    submitAndWait(0, 0);
  }

  @Override
  public void submitAndWait(int minComplete, long timeoutNanos) {
    requireOpen();
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException("called from another thread than the ring's");
    }
    takeQueued();
    if (!live || passLive(minComplete, timeoutNanos)) {
      pass(minComplete, timeoutNanos);
    }
    completions.flushOverflow();
    if (completions.isOverflowing()) {
      count(Counter.CQ_OVERFLOW, 1);
    }
  }

  private void takeQueued() {
    kernel.noticeBuffers();
    int before = taken;
    Operation behind = null;
    ArrayDeque<Operation> heads = new ArrayDeque<>();
    while (taken != preparedEntries()) {
      long at = (taken++ & (config.submissionEntries() - 1)) * Sqe.BYTES;
      Operation operation = new Operation(entries, at);
      if (behind == null) {
        heads.add(operation);
      } else {
        behind.next = operation;
      }
      behind = operation.isLinked() ? operation : null;
      scheduler.take(operation);
    }
    count(Counter.ENTERS, 1);
    count(Counter.SUBMITTED, taken - before);
    record(Counter.LAST_BATCH, taken - before);
    heads.forEach(scheduler::start);
  }

  /** Lets time pass until there are enough completions or a time is reached. */
  private void pass(int minComplete, long timeoutNanos) {
    watch.run();
    boolean sleeps = minComplete > 0;
    int enough = sleeps ? minComplete : Integer.MAX_VALUE;
    long until =
        !sleeps
            ? events.nowNanos() + chances.delayNanos()
            : timeoutNanos < 0 ? Events.NEVER : events.nowNanos() + timeoutNanos;
    boolean interrupted = sleeps && chances.happens(chances.faults().interrupts());
    completions.flushOverflow();
    scheduler.lookAround(sleeps);
    while (completions.size() < enough) {
      long next = events.nextNanos();
      if (next == Events.NEVER && until == Events.NEVER) {
        throw new MisuseError(
            "the ring sleeps and no event would wake it; in flight: " + scheduler.inFlight());
      }
      if (next > until) {
        events.advanceTo(until);
        return;
      }
      events.happen();
      if (live) {
        return;
      }
      watch.run();
      scheduler.lookAround(sleeps);
      if (interrupted) {
        return;
      }
    }
  }

  /** Posts a completion to another ring of the family; false if there is none. */
  private boolean message(int ring, long userData, int result) {
    SimulatedRing target = family.get(ring);
    if (target == null) {
      return false;
    }
    target.completions.post(userData, result, 0);
    return true;
  }

  @Override
  public int reap(CompletionSink sink, int atMost) {
    requireOpen();
    int available = Math.min(completions.size(), atMost);
    for (int i = 0; i < available; i++) {
      Completion completion = completions.remove();
      sink.completed(completion.userData(), completion.result(), completion.flags());
    }
    count(Counter.COMPLETED, available);
    return available;
  }

  @Override
  protected void takeCompletions(Completions into) {
    while (completions.size() > 0 && into.count() < into.capacity()) {
      Completion completion = completions.remove();
      append(into, completion.userData(), completion.result(), completion.flags());
    }
  }

  @Override
  public BufferRing provideBuffers(int entries, int bufferBytes, int group) {
    requireOpen();
    MemorySegment ring = arena.allocate(entries * Structs.BUF.byteSize(), 8);
    MemorySegment memory = arena.allocate((long) entries * bufferBytes, 8);
    BufferRing buffers = bufferRing(ring, memory, entries, bufferBytes, group);
    kernel.provide(group, new ProvidedBuffers(ring, entries));
    return buffers;
  }

  @Override
  public void registerBuffers(MemorySegment... buffers) throws RingUnavailableException {
    requireOpen();
    long bytes = 0;
    for (MemorySegment buffer : buffers) {
      bytes += buffer.byteSize();
    }
    if (kernel.registeredBuffers() > 0) {
      throw refusedBuffers(Errno.EBUSY, buffers.length, bytes);
    }
    kernel.register(buffers.clone());
  }

  @Override
  public void unregisterBuffers() {
    requireOpen();
    if (kernel.registeredBuffers() == 0) {
      throw new IllegalStateException("no buffers are registered");
    }
    kernel.register(new MemorySegment[0]);
  }

  @Override
  public void close() {
    if (beginClose()) {
      family.remove(descriptor);
    }
  }
}
