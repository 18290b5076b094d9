package dev.millrace.uring.sim;

import dev.millrace.sync.ffi.Errno;
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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
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
  private record Completion(long userData, int result, int flags) {}

  private final Map<Integer, SimulatedRing> family;
  private final int descriptor;
  private final RingConfig config;
  private final Faults faults;
  private final Set<OpKind> operations;
  private final SplittableRandom random;
  private final Events events;
  private final Kernel kernel;
  private final Scheduler scheduler;
  private final MemorySegment entries;
  private final Arena arena = Arena.ofAuto();
  private final ArrayDeque<Completion> completions = new ArrayDeque<>();
  private final ArrayDeque<Completion> overflow = new ArrayDeque<>();
  private int taken;
  private @Nullable Thread owner;

  /**
   * A single ring.
   *
   * @param missing operations that its kernel does not support
   */
  public SimulatedRing(RingConfig config, Faults faults, long seed, OpKind... missing) {
    this(config, faults, seed, new HashMap<>(), Set.of(missing));
  }

  private SimulatedRing(
      RingConfig config,
      Faults faults,
      long seed,
      Map<Integer, SimulatedRing> family,
      Set<OpKind> missing) {
    Set<OpKind> operations = EnumSet.allOf(OpKind.class);
    operations.removeAll(missing);
    Arena queues = Arena.ofAuto();
    int count = config.submissionEntries();
    MemorySegment entries = queues.allocate(count * Sqe.BYTES, 64);
    super(entries, queues.allocate(count * Structs.TIMESPEC.byteSize(), 8), operations);
    this.operations = operations;
    this.entries = entries;
    this.config = config;
    this.faults = faults;
    this.random = new SplittableRandom(seed);
    this.events = new Events(random);
    this.kernel = new Kernel(random, faults);
    this.scheduler = new Scheduler(kernel, events, random, faults, this::post, this::message);
    this.family = family;
    this.descriptor = 1_000_000 + family.size();
    family.put(descriptor, this);
  }

  /** Creates another ring; the two can exchange messages. */
  public SimulatedRing sibling(long seed) {
    return new SimulatedRing(config, faults, seed, family, Set.of());
  }

  public SimulatedFiles files() {
    return kernel.files;
  }

  public SimulatedNetwork network() {
    return kernel.network;
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

  /** Number of open descriptors, including that of the root directory. */
  public int openDescriptors() {
    return kernel.descriptors.count();
  }

  /** Closes a descriptor at once, as close(2) does, without cancelling operations. */
  public void closeDescriptor(int fd) {
    if (!kernel.descriptors.close(fd)) {
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
    long until =
        minComplete == 0
            ? events.nowNanos() + 1 + random.nextLong(faults.maxDelayNanos())
            : timeoutNanos < 0 ? Events.NEVER : events.nowNanos() + timeoutNanos;
    boolean sleeps = minComplete > 0;
    boolean interrupted = sleeps && random.nextDouble() < faults.interrupts();
    pass(sleeps ? minComplete : Integer.MAX_VALUE, until, sleeps, interrupted);
    flushOverflow();
    if (!overflow.isEmpty()) {
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
  private void pass(int enough, long until, boolean sleeps, boolean interrupted) {
    flushOverflow();
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
      scheduler.lookAround(sleeps);
      if (interrupted) {
        return;
      }
    }
  }

  private void post(long userData, int result, int flags) {
    Completion completion = new Completion(userData, result, flags);
    if (overflow.isEmpty() && completions.size() < config.completionEntries()) {
      completions.add(completion);
    } else {
      overflow.add(completion);
    }
  }

  private void flushOverflow() {
    while (!overflow.isEmpty() && completions.size() < config.completionEntries()) {
      completions.add(overflow.remove());
    }
  }

  /** Posts a completion to another ring of the family; false if there is none. */
  private boolean message(int ring, long userData, int result) {
    SimulatedRing target = family.get(ring);
    if (target == null) {
      return false;
    }
    target.post(userData, result, 0);
    return true;
  }

  @Override
  public int reap(CompletionSink sink, int atMost) {
    requireOpen();
    int available = Math.min(completions.size(), atMost);
    for (int i = 0; i < available; i++) {
      Completion completion = completions.remove();
      sink.completed(completion.userData, completion.result, completion.flags);
    }
    count(Counter.COMPLETED, available);
    return available;
  }

  @Override
  protected void takeCompletions(Completions into) {
    while (!completions.isEmpty() && into.count() < into.capacity()) {
      Completion completion = completions.remove();
      append(into, completion.userData, completion.result, completion.flags);
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
