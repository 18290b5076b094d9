package dev.millrace.loop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.ffi.Errno;
import dev.millrace.sync.ffi.Native;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicInteger;

/** Wakes the loop through a read of an eventfd(2), for kernels before 6.7. */
final class EventfdWakeup extends ArmedWakeup {
  private static final int EFD_CLOEXEC = 0x80000;
  private static final MethodHandle EVENTFD =
      Native.withErrno(
          Native.libc(), "eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle EVENTFD_WRITE =
      Native.withErrno(
          Native.libc(), "eventfd_write", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle CLOSE =
      Native.withErrno(Native.libc(), "close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final AtomicInteger state = new AtomicInteger(AWAKE);
  private final MemorySegment counter = Arena.ofAuto().allocate(ADDRESS.byteSize(), 8);
  private final int fd;
  private boolean closed;

  EventfdWakeup(EventLoop loop) {
    this.fd = open();
    super(loop, OpKind.READ);
  }

  private static int open() {
    MemorySegment errno = Native.errnoState();
    int result;
    try {
      result = (int) EVENTFD.invokeExact(errno, 0, EFD_CLOEXEC);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
    if (result < 0) {
      throw new IllegalStateException("eventfd: " + Errno.describe(Native.errno(errno)));
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

  /** Not while the descriptor is closed: its number may by then be somebody else's. */
  private synchronized void write() {
    if (closed) {
      return;
    }
    try {
      var _ = (int) EVENTFD_WRITE.invokeExact(Native.errnoState(), fd, 1L);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
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
    try {
      var _ = (int) CLOSE.invokeExact(Native.errnoState(), fd);
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }
}
