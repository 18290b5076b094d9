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
 * A ring whose kernel is a few classes and a seed: it completes in any order, moves fewer bytes
 * than asked, fails, loses wake-ups for a while, overflows, ends multishots, loses races with a
 * cancel, and does all of it again when given the same seed.
 *
 * <p>It reads the same submission entries that a kernel would. Time is simulated: it passes only in
 * {@link #submitAndWait}, up to the next event or to the end of the wait. Other threads and peers
 * are played by {@link #schedule events}, which happen while the ring waits. A wait that nothing
 * would ever end is a {@link MisuseError}, and so is using memory that is in flight.
 *
 * <p>Unlike a kernel's, a futex wait here is woken by the change of its word, looked at while the
 * ring sleeps, since a wake call of another party does not come by. Resolves no symbolic links.
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
   * A ring by itself.
   *
   * @param missing operations that its kernel is too old for
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

  /** Another ring that messages can be sent to and from. */
  public SimulatedRing sibling(long seed) {
    return new SimulatedRing(config, faults, seed, family, Set.of());
  }

  /** The files that operations act on. */
  public SimulatedFiles files() {
    return kernel.files;
  }

  /** The sockets that operations act on. */
  public SimulatedNetwork network() {
    return kernel.network;
  }

  /** Lets something happen while the ring waits, after a simulated time. */
  public void schedule(long delayNanos, Runnable event) {
    events.at(events.nowNanos() + delayNanos, event);
  }

  /** Makes the next operation of a kind fail, whatever the chances. */
  public void failNext(OpKind kind, int errno) {
    scheduler.failNext(kind, errno);
  }

  /**
   * Notes that memory was freed.
   *
   * @throws MisuseError if an operation in flight names it, or a later one does
   */
  public void release(MemorySegment memory) {
    kernel.guard.release(memory, scheduler.inFlight());
  }

  /** Notes that memory which was {@link #release released} is in use again. */
  public void reuse(MemorySegment memory) {
    kernel.guard.reuse(memory);
  }

  /** Operations whose last completion is not out. */
  public int inFlight() {
    return scheduler.inFlight().size();
  }

  /** Descriptors that are open, that of the files' directory among them. */
  public int openDescriptors() {
    return kernel.descriptors.count();
  }

  /** Closes a descriptor, as close(2) does: at once, cancelling nothing. */
  public void closeDescriptor(int fd) {
    if (!kernel.descriptors.close(fd)) {
      throw new MisuseError("close of " + fd + ", which is not open");
    }
  }

  @Override
  public void enable() {
    if (owner != null) {
      throw new IllegalStateException("enabled before");
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
      throw new IllegalStateException("not the ring's thread");
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

  /** Lets time pass until there are enough completions, or an instant is reached. */
  private void pass(int enough, long until, boolean sleeps, boolean interrupted) {
    flushOverflow();
    scheduler.lookAround(sleeps);
    while (completions.size() < enough) {
      long next = events.nextNanos();
      if (next == Events.NEVER && until == Events.NEVER) {
        throw new MisuseError(
            "the ring sleeps and nothing would ever wake it; in flight: " + scheduler.inFlight());
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

  /** Delivers to another ring of the family; false if there is none. */
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
