package dev.millrace.loop;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/** Wakes the loop through a read of an eventfd(2), for kernels before 6.7. */
final class EventfdWakeup extends ArmedWakeup {
  private static final int EFD_CLOEXEC = 0x80000;
  private static final CFunction EVENTFD = CFunction.ofLibc("eventfd");
  private static final CFunction EVENTFD_WRITE = CFunction.ofLibc("eventfd_write");
  private static final CFunction CLOSE = CFunction.ofLibc("close");

  private final AtomicInteger state = new AtomicInteger(AWAKE);
  private final MemorySegment counter = Arena.ofAuto().allocate(ADDRESS.byteSize(), 8);
  private final int fd;
  private boolean closed;

  EventfdWakeup(EventLoop loop) {
    this.fd = open();
    super(loop, OpKind.READ);
  }

  private static int open() {
    int result = EVENTFD.intOrErrno(0, EFD_CLOEXEC);
    if (result < 0) {
      throw new IllegalStateException("eventfd: " + Errno.describe(-result));
    }
    return result;
  }

  @Override
  public void wake() {
    if (state.getAndSet(NOTIFIED) == ASLEEP) {
      calling();
      write();
    }
  }

  /** Does not write after the descriptor is closed: its number may belong to another file then. */
  private synchronized void write() {
    if (closed) {
      return;
    }
    var _ = EVENTFD_WRITE.call(fd, 1);
  }

  @Override
  boolean moveToAsleep() {
    return state.compareAndSet(AWAKE, ASLEEP);
  }

  @Override
  void prepare(Ring ring, long userData) {
    ring.prepRead(fd, counter.address(), 8, 0, userData);
  }

  @Override
  public void awake() {
    state.set(AWAKE);
  }

  @Override
  public void close() {
    super.close();
    closeDescriptor();
  }

  private synchronized void closeDescriptor() {
    closed = true;
    var _ = CLOSE.call(fd);
  }
}
