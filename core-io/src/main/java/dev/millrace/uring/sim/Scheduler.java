package dev.millrace.uring.sim;

import dev.millrace.sync.Errno;
import dev.millrace.uring.CompletionSink;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.abi.Uapi;
import dev.millrace.uring.sim.Operation.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides when each operation of a simulated ring ends, and with which completions.
 *
 * <p>An operation starts and is tried after a random delay. If its socket is not ready, the
 * operation is parked, and tried again after another delay once the socket is ready. It writes to
 * memory only at its end.
 */
final class Scheduler {
  /** Sends a completion to another ring. */
  @FunctionalInterface
  interface Messenger {
    boolean deliver(int ring, long userData, int result);
  }

  private final Kernel kernel;
  private final Events events;
  private final Chances chances;
  private final CompletionSink completions;
  private final Messenger messenger;
  private final Set<Operation> inFlight = new LinkedHashSet<>();
  private final List<Operation> parked = new ArrayList<>();
  private final Map<OpKind, Integer> planned = new EnumMap<>(OpKind.class);
  private boolean immediate;

  Scheduler(
      Kernel kernel,
      Events events,
      Chances chances,
      CompletionSink completions,
      Messenger messenger) {
    this.kernel = kernel;
    this.events = events;
    this.chances = chances;
    this.completions = completions;
    this.messenger = messenger;
  }

  Set<Operation> inFlight() {
    return inFlight;
  }

  void failNext(OpKind kind, int errno) {
    planned.put(kind, errno);
  }

  /** Performs later steps at once instead of after a delay. */
  void immediate(boolean now) {
    immediate = now;
  }

  /** Orders the waiting operations, so that what follows does not depend on how they came there. */
  void settle() {
    parked.sort(
        Comparator.comparing((Operation operation) -> operation.kind)
            .thenComparingLong(operation -> operation.userData));
  }

  /** The operation is in flight from now on, started or not. */
  void take(Operation operation) {
    inFlight.add(operation);
  }

  void start(Operation operation) {
    operation.state = State.RUNNING;
    bind(operation);
    kernel.guard.pin(operation);
    if (operation.usesDescriptor()) {
      OpenFile file = kernel.find(operation.fd);
      if (file == null) {
        later(operation, () -> finish(operation, -Errno.EBADF, 0));
        return;
      }
      operation.file = file;
    }
    Integer plannedErrno = planned.remove(operation.kind);
    int errno = plannedErrno != null ? plannedErrno : kernel.fault(operation.kind);
    if (errno != 0) {
      later(operation, () -> fail(operation, errno));
      return;
    }
    switch (operation.kind) {
      case TIMEOUT -> {
        park(operation);
        expire(operation, operation.timeoutNanos(), -Errno.ETIME);
      }
      case LINK_TIMEOUT -> later(operation, () -> finish(operation, -Errno.EINVAL, 0));
      case FUTEX_WAIT -> {
        if (operation.word() == (int) operation.off) {
          park(operation);
        } else {
          later(operation, () -> finish(operation, -Errno.EAGAIN, 0));
        }
      }
      default -> later(operation, () -> attempt(operation));
    }
  }

  /** Starts the link timeout of an operation together with it. */
  private void bind(Operation operation) {
    Operation timeout = operation.next;
    if (timeout == null || timeout.kind != OpKind.LINK_TIMEOUT) {
      return;
    }
    operation.next = timeout.next;
    operation.bound = timeout;
    park(timeout);
    events.at(
        events.nowNanos() + timeout.timeoutNanos(),
        () -> {
          if (timeout.state != State.DONE) {
            cancel(operation);
            finish(timeout, -Errno.ETIME, 0);
          }
        });
  }

  private void attempt(Operation operation) {
    switch (operation.kind) {
      case CANCEL -> finish(operation, cancelMatching(operation), 0);
      case CLOSE -> finish(operation, kernel.close(operation.fd), 0);
      case FUTEX_WAKE -> finish(operation, wake(operation), 0);
      case FUTEX_WAIT -> finish(operation, 0, 0);
      case MSG_RING -> {
        boolean delivered = messenger.deliver(operation.fd, operation.off, operation.len);
        finish(operation, delivered ? 0 : -Errno.EBADF, 0);
      }
      default -> {
        int result = kernel.isReady(operation) ? kernel.perform(operation) : Kernel.WAIT;
        if (result == Kernel.WAIT) {
          park(operation);
        } else {
          performed(operation, result);
        }
      }
    }
  }

  private void performed(Operation operation, int result) {
    int flags = 0;
    if (operation.bufferTaken >= 0) {
      flags = Uapi.CQE_F_BUFFER | operation.bufferTaken << Uapi.CQE_BUFFER_SHIFT;
      operation.bufferTaken = -1;
    }
    if (operation.kind == OpKind.SEND_ZC) {
      sendResult(operation, result);
    } else if (operation.isMultishot() && goesOn(operation, result)) {
      completions.completed(operation.userData, result, flags | Uapi.CQE_F_MORE);
      park(operation);
    } else {
      finish(operation, result, flags);
    }
  }

  private boolean goesOn(Operation operation, int result) {
    boolean over = operation.kind == OpKind.RECV ? result <= 0 : result < 0;
    return !over && !chances.happens(chances.faults().multishotEnds());
  }

  private void fail(Operation operation, int errno) {
    if (operation.kind == OpKind.SEND_ZC && chances.even()) {
      sendResult(operation, -errno);
    } else {
      finish(operation, -errno, 0);
    }
  }

  /** Posts the result first; a second completion releases the memory. */
  private void sendResult(Operation operation, int result) {
    completions.completed(operation.userData, result, Uapi.CQE_F_MORE);
    operation.resultIsOut = true;
    boolean reports = (operation.ioprio & Uapi.SEND_ZC_REPORT_USAGE) != 0;
    int usage = reports && chances.even() ? Uapi.NOTIF_USAGE_ZC_COPIED : 0;
    later(operation, () -> finish(operation, usage, Uapi.CQE_F_NOTIF));
  }

  private void finish(Operation operation, int result, int flags) {
    if (operation.state == State.DONE) {
      return;
    }
    operation.state = State.DONE;
    parked.remove(operation);
    kernel.guard.verify(operation);
    kernel.guard.unpin(operation);
    inFlight.remove(operation);
    OpenFile file = operation.file;
    if (file != null) {
      file.letGo();
    }
    if (result < 0 || (operation.sqeFlags & Uapi.SQE_CQE_SKIP_SUCCESS) == 0) {
      completions.completed(operation.userData, result, flags);
    }
    Operation timeout = operation.bound;
    if (timeout != null) {
      finish(timeout, -Errno.ECANCELED, 0);
    }
    goOnWithChain(operation, result);
  }

  private void goOnWithChain(Operation operation, int result) {
    Operation next = operation.next;
    if (next == null) {
      return;
    }
    boolean hard = (operation.sqeFlags & Uapi.SQE_IO_HARDLINK) != 0;
    if (hard || !isFailure(operation, result)) {
      start(next);
    } else {
      finish(next, -Errno.ECANCELED, 0);
    }
  }

  /** Short reads and writes break a chain too. */
  private static boolean isFailure(Operation operation, int result) {
    return switch (operation.kind) {
      case READ, WRITE, READ_FIXED, WRITE_FIXED -> result != operation.len;
      default -> result < 0;
    };
  }

  private void park(Operation operation) {
    if (operation.cancelRequested) {
      finish(operation, -Errno.ECANCELED, 0);
      return;
    }
    operation.state = State.PARKED;
    parked.add(operation);
  }

  /** Schedules parked operations whose condition is now true. */
  void lookAround(boolean ringSleeps) {
    if (parked.isEmpty()) {
      return;
    }
    kernel.look(parked);
    for (int i = parked.size() - 1; i >= 0; i--) {
      Operation operation = parked.get(i);
      switch (operation.kind) {
        case TIMEOUT, LINK_TIMEOUT -> {}
        case FUTEX_WAIT -> {
          boolean changed = ringSleeps && operation.word() != (int) operation.off;
          if (changed || operation.wakes > 0) {
            parked.remove(i);
            wakeUp(operation);
          }
        }
        default -> {
          if (operation.ready) {
            parked.remove(i);
            operation.state = State.RUNNING;
            later(operation, () -> attempt(operation));
          }
        }
      }
    }
  }

  private void wakeUp(Operation operation) {
    operation.state = State.RUNNING;
    if (immediate) {
      finish(operation, 0, 0);
      return;
    }
    long delay =
        chances.happens(chances.faults().lostWakeups()) ? Faults.LOST_NANOS : chances.delayNanos();
    expire(operation, delay, 0);
  }

  private int wake(Operation waker) {
    int woken = 0;
    for (Operation operation : parked) {
      if (woken < (int) waker.off
          && operation.kind == OpKind.FUTEX_WAIT
          && operation.addr == waker.addr) {
        operation.wakes++;
        woken++;
      }
    }
    return woken;
  }

  private int cancelMatching(Operation canceller) {
    boolean any = (canceller.opFlags & Uapi.ASYNC_CANCEL_ANY) != 0;
    boolean byDescriptor = (canceller.opFlags & Uapi.ASYNC_CANCEL_FD) != 0;
    OpenFile file = byDescriptor ? kernel.find(canceller.fd) : null;
    if (byDescriptor && file == null) {
      return -Errno.EBADF;
    }
    try {
      return cancelMatching(canceller, any, byDescriptor ? file : null);
    } finally {
      if (file != null) {
        file.letGo();
      }
    }
  }

  private int cancelMatching(Operation canceller, boolean any, @Nullable OpenFile file) {
    int found = 0;
    for (Operation operation : List.copyOf(inFlight)) {
      if (operation.kind == OpKind.CANCEL || operation.state == State.CHAINED) {
        continue;
      }
      if (any || file != null) {
        if ((file == null || kernel.isFile(operation, file)) && cancel(operation) == 0) {
          found++;
        }
      } else if (operation.userData == canceller.addr) {
        return cancel(operation);
      }
    }
    return any || file != null ? found : -Errno.ENOENT;
  }

  /** A waiting operation is always cancelled; a running one may continue nevertheless. */
  private int cancel(@Nullable Operation operation) {
    if (operation == null || operation.state == State.DONE) {
      return -Errno.ENOENT;
    }
    if (operation.resultIsOut) {
      return -Errno.EALREADY;
    }
    boolean waits = operation.state == State.PARKED;
    if (!waits && chances.even()) {
      operation.cancelRequested = true; // it continues, but does not wait again
      return -Errno.EALREADY;
    }
    parked.remove(operation);
    operation.state = State.RUNNING;
    operation.doomed = true;
    int result = operation.moved > 0 ? operation.moved : -Errno.ECANCELED;
    if (immediate) {
      finish(operation, result, 0);
      return 0;
    }
    events.at(events.nowNanos() + chances.delayNanos(), () -> finish(operation, result, 0));
    return waits || chances.even() ? 0 : -Errno.EALREADY;
  }

  private void expire(Operation operation, long delayNanos, int result) {
    events.at(
        events.nowNanos() + delayNanos,
        () -> {
          if (!operation.doomed) {
            finish(operation, result, 0);
          }
        });
  }

  private void later(Operation operation, Runnable step) {
    if (immediate) {
      step.run();
      return;
    }
    events.at(
        events.nowNanos() + chances.delayNanos(),
        () -> {
          if (!operation.doomed && operation.state != State.DONE) {
            step.run();
          }
        });
  }
}
