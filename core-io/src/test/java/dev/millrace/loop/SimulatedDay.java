package dev.millrace.loop;

import dev.millrace.sync.Errno;
import dev.millrace.uring.BufferRing;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingStats;
import dev.millrace.uring.RingStats.Counter;
import dev.millrace.uring.sim.Faults;
import dev.millrace.uring.sim.SimulatedRing;
import dev.millrace.uring.sim.SimulatedSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One run of a small server on a simulated ring, all of it following from a seed: clients that are
 * echoed to, files that are copied, tasks from other threads, handles given up too early. Ends by
 * closing everything, and says what is wrong.
 */
final class SimulatedDay implements AutoCloseable {
  private static final int MAX_TURNS = 200_000;
  private static final int MAX_ACTS = 50_000;
  private static final long RETRY_NANOS = 1_000_000;

  private final SplittableRandom random;
  private final Faults faults;
  private final SimulatedRing ring;
  private final EventLoop loop;
  private final Arena arena = Arena.ofConfined();
  private final List<String> wrong = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final List<FileCopy> copies = new ArrayList<>();
  private final List<EchoConnection> connections = new ArrayList<>();
  private final List<Integer> tasksRun = new ArrayList<>();
  private final int tasksPosted;
  private BufferRing buffers;
  private Listener listener;
  private int openConnections;

  SimulatedDay(long seed) {
    random = new SplittableRandom(seed);
    faults =
        switch (random.nextInt(4)) {
          case 0 -> Faults.NONE;
          case 1 -> Faults.UNRULY;
          case 2 -> Faults.HARSH;
          default ->
              new Faults(
                  random.nextDouble(),
                  random.nextDouble() * 0.1,
                  random.nextDouble(),
                  random.nextDouble(),
                  random.nextDouble() * 0.9,
                  0,
                  1L << random.nextInt(24));
        };
    int submissions = 2 << random.nextInt(4);
    RingConfig config = new RingConfig(submissions, submissions << random.nextInt(3), 1);
    ring = new SimulatedRing(config, faults, random.nextLong());
    loop = new EventLoop(ring, failure -> wrong.add("a handler failed: " + describe(failure)));
    tasksPosted = random.nextInt(20);
  }

  private static String describe(Throwable failure) {
    return failure + " at " + Arrays.toString(Arrays.copyOf(failure.getStackTrace(), 4));
  }

  /** What went against the contract; empty if all is well. */
  List<String> run() {
    loop.attach();
    buffers = ring.provideBuffers(2 << random.nextInt(3), 16 << random.nextInt(3), 1);
    listener = new Listener(ring.network().listen());
    int clientCount = 1 + random.nextInt(3);
    for (int i = 0; i < clientCount; i++) {
      ring.schedule(random.nextLong(2_000_000), () -> clients.add(new Client()));
    }
    for (int i = 0; i < 1 + random.nextInt(2); i++) {
      String name = "file" + i;
      ring.files().write(name, randomBytes(random.nextInt(1500)));
      copies.add(new FileCopy(loop, ring, arena, name, "copy of " + name));
    }
    for (int i = 0; i < tasksPosted; i++) {
      int task = i;
      ring.schedule(1_000_000L * i + random.nextLong(500_000), () -> post(task));
    }
    for (int i = 0; i < random.nextInt(4); i++) {
      giveUpEarly();
    }
    turnUntilQuiet(clientCount);
    if (wrong.isEmpty()) {
      closeAndCheck();
    }
    return wrong;
  }

  private void post(int task) {
    loop.post(() -> tasksRun.add(task));
  }

  private void connectionClosed() {
    openConnections--;
    LoopStats stats = loop.stats();
    check(
        openConnections > 0 || stats.inFlight(OpKind.RECV) + stats.inFlight(OpKind.SEND) == 0,
        "closed with an operation in flight");
  }

  /** Another thread posts just before the loop would fall asleep: it must not. */
  private void postWhileAwake() {
    long posted = ring.nanoTime();
    long enters = count(Counter.ENTERS);
    loop.post(() -> {
      // An enter call that does not sleep takes this long at most.
      long awake = (count(Counter.ENTERS) - enters) * (faults.maxDelayNanos() + 1);
      check(ring.nanoTime() - posted <= awake, "the loop slept on a task posted before");
    });
  }

  /** A target that goes before its operation does: whoever has its slot next must not notice. */
  private void giveUpEarly() {
    long handle =
        loop.register((tag, result, flags) -> wrong.add("a stale completion got through"));
    ring.prepTimeout(random.nextLong(3_000_000), loop.begin(handle, OpKind.TIMEOUT, 15));
    loop.release(handle);
  }

  private void turnUntilQuiet(int clientCount) {
    for (int turns = 0; turns < MAX_TURNS; turns++) {
      boolean busy =
          clients.size() < clientCount
              || !clients.stream().allMatch(client -> client.done)
              || openConnections > 0
              || listener.accepted < clientCount
              || copies.stream().anyMatch(copy -> copy.outcome() == FileCopy.Outcome.RUNNING)
              || tasksRun.size() < tasksPosted;
      if (!busy || !wrong.isEmpty()) {
        return;
      }
      if (random.nextInt(4) == 0) {
        postWhileAwake();
      }
      loop.turn(true);
    }
    wrong.add("not done after " + MAX_TURNS + " turns");
  }

  private void closeAndCheck() {
    listener.close();
    for (int turns = 0; turns < 1000 && !isQuiet(); turns++) {
      loop.turn(true);
    }
    check(listener.closed, "the listener does not close");
    for (int i = 0; i < tasksPosted; i++) {
      check(tasksRun.get(i) == i, "tasks ran in the order " + tasksRun);
    }
    for (int i = 0; i < copies.size(); i++) {
      boolean copied = copies.get(i).outcome() == FileCopy.Outcome.COPIED;
      byte[] original = ring.files().read("file" + i);
      check(
          !copied || Arrays.equals(original, ring.files().read("copy of file" + i)),
          "a copy differs");
      check(copied || faults.errors() > 0, "a copy failed without a cause");
    }
    check(connections.size() == clients.size(), connections.size() + " connections");
    check(buffers.free() == buffers.entries(), buffers.free() + " of the buffers are back");
    check(loop.targets() == 1, loop.targets() + " slots in use, one is the loop's own");
    loop.close();
    check(ring.inFlight() == 0, ring.inFlight() + " operations in flight at the end");
    check(ring.openDescriptors() == 1, ring.openDescriptors() + " descriptors, one is the root");
  }

  /** What was given up early is the ring's until it expires. */
  private boolean isQuiet() {
    return listener.closed && loop.stats().inFlight(OpKind.TIMEOUT) == 0;
  }

  /** A value that two runs of one seed have in common, and hardly any two others. */
  String fingerprint() {
    RingStats stats = ring.stats();
    return ring.nanoTime() + " ns, " + stats.get(Counter.COMPLETED) + " completions";
  }

  long count(Counter counter) {
    return ring.stats().get(counter);
  }

  long staleCompletions() {
    return loop.stats().staleCompletions();
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      wrong.add(otherwise);
    }
  }

  private byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Override
  public void close() {
    ring.close();
    arena.close();
  }

  /** Accepts; armed again when the multishot ends, after a while if there are no descriptors. */
  private final class Listener implements CompletionTarget {
    private static final int TAG_ACCEPT = 7;
    private static final int TAG_CANCEL = 8;

    private final int fd;
    private final long handle = loop.register(this);
    private long userData;
    private boolean armed;
    private boolean cancelling;
    private boolean ending;
    private boolean closed;
    private int accepted;

    Listener(int fd) {
      this.fd = fd;
      arm();
    }

    private void arm() {
      if (!ending && !armed) {
        armed = true;
        userData = loop.begin(handle, OpKind.ACCEPT, TAG_ACCEPT);
        ring.prepAcceptMultishot(fd, 0, userData);
      }
    }

    @Override
    public void completed(int tag, int result, int flags) {
      if (tag == TAG_CANCEL) {
        cancelling = false;
      } else if (tag != TAG_ACCEPT) {
        throw new IllegalStateException("a completion of somebody else: tag " + tag);
      } else {
        armed = Ring.hasMore(flags);
        if (result >= 0) {
          accepted++;
          openConnections++;
          MemorySegment out = arena.allocate(EchoConnection.SEND_BYTES);
          connections.add(
              new EchoConnection(
                  loop,
                  ring,
                  buffers,
                  result,
                  out,
                  random.nextBoolean(),
                  SimulatedDay.this::connectionClosed));
        }
        if (!armed && result != -Errno.EMFILE && result != -Errno.ENFILE) {
          arm();
        } else if (!armed) {
          var _ = loop.schedule(this::arm, RETRY_NANOS);
        }
      }
      if (ending && !armed && !cancelling && !closed) {
        closed = true;
        ring.closeDescriptor(fd);
        loop.release(handle);
      }
    }

    void close() {
      ending = true;
      cancelling = true;
      ring.prepCancel(userData, loop.begin(handle, OpKind.CANCEL, TAG_CANCEL));
    }
  }

  /** The other end of a connection: sends, reads, and goes away politely or not. */
  private final class Client {
    private final SimulatedSocket socket = ring.network().connect(ring.network().port(listener.fd));
    private final byte[] payload = randomBytes(1 + random.nextInt(3000));
    private final byte[] echoed = new byte[payload.length + 1];
    private final int resetAt = random.nextInt(5) == 0 ? random.nextInt(payload.length) : -1;
    private int acts;
    private int sent;
    private int received;
    private boolean done;

    Client() {
      act();
    }

    /** Nothing else may be left to wake the loop, and it must notice. */
    private void end() {
      done = true;
      loop.post(() -> {});
    }

    private void act() {
      if (++acts > MAX_ACTS) {
        wrong.add("a client waits for ever");
        end();
        return;
      }
      if (resetAt >= 0 && sent >= resetAt) {
        socket.reset();
        end();
        return;
      }
      int more = Math.min(payload.length - sent, 1 + random.nextInt(700));
      if (more > 0) {
        int n = socket.send(payload, sent, more);
        sent += Math.max(0, n);
        if (sent == payload.length) {
          socket.shutdownSends();
        }
      }
      int n = socket.receive(echoed, received, 1 + random.nextInt(echoed.length - received));
      received += Math.max(0, n);
      check(
          received <= payload.length && Arrays.equals(echoed, 0, received, payload, 0, received),
          "the echo differs from what was sent");
      if (n == 0 || socket.isReset()) {
        end();
        check(
            received == payload.length || faults.errors() > 0,
            received + " of " + payload.length + " bytes came back, without a cause");
        if (!socket.isReset() && random.nextBoolean()) {
          socket.shutdown(); // or stays, as a peer may: the server must not need it
        }
      } else if (wrong.isEmpty()) {
        ring.schedule(1 + random.nextLong(1_000_000), this::act);
      }
    }
  }

  /** For a message: who is still there. */
  @Override
  public String toString() {
    return "connections " + connections.stream().map(EchoConnection::state).toList();
  }
}
