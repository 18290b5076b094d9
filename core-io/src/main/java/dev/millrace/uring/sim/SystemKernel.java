package dev.millrace.uring.sim;

import static dev.millrace.uring.PollEvents.POLLERR;
import static dev.millrace.uring.PollEvents.POLLHUP;
import static dev.millrace.uring.PollEvents.POLLIN;
import static dev.millrace.uring.PollEvents.POLLOUT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.abi.Structs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The running kernel, asked by system calls that do not wait, on descriptors of this process. So a
 * program that also uses its descriptors directly, as with sendfile(2), runs unchanged. A run is
 * reproducible as far as these calls are: Unix sockets and files in memory are, TCP is not.
 */
final class SystemKernel extends Kernel {
  private static final long SYS_OPENAT2 = 437;
  private static final long POLL_FD_BYTES = 8;
  private static final int POLLRDHUP = 0x2000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_WAITALL = 0x100;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUF = 7;
  private static final int FIONREAD = 0x541b;

  private static final CFunction POLL = CFunction.ofLibc("poll");
  private static final CFunction SEND = CFunction.ofLibc("send");
  private static final CFunction RECV = CFunction.ofLibc("recv");
  private static final CFunction ACCEPT4 = CFunction.ofLibc("accept4");
  private static final CFunction CONNECT = CFunction.ofLibc("connect");
  private static final CFunction SETSOCKOPT = CFunction.ofLibc("setsockopt");
  private static final CFunction IOCTL = CFunction.ofLibc("ioctl");
  private static final CFunction PREAD = CFunction.ofLibc("pread");
  private static final CFunction PWRITE = CFunction.ofLibc("pwrite");
  private static final CFunction FSYNC = CFunction.ofLibc("fsync");
  private static final CFunction STATX = CFunction.ofLibc("statx");
  private static final CFunction RENAMEAT2 = CFunction.ofLibc("renameat2");
  private static final CFunction LINKAT = CFunction.ofLibc("linkat");
  private static final CFunction UNLINKAT = CFunction.ofLibc("unlinkat");
  private static final CFunction MKDIRAT = CFunction.ofLibc("mkdirat");
  private static final CFunction CLOSE = CFunction.ofLibc("close");
  private static final CFunction SYSCALL = CFunction.ofLibc("syscall");

  private MemorySegment polled = Arena.ofAuto().allocate(64 * POLL_FD_BYTES, 4);
  private final MemorySegment option = Arena.ofAuto().allocate(4, 4);

  SystemKernel(Chances chances) {
    super(chances);
  }

  @Override
  @Nullable OpenFile find(int fd) {
    return SystemFile.of(fd);
  }

  @Override
  boolean isFile(Operation operation, OpenFile file) {
    return operation.file instanceof SystemFile its
        && file instanceof SystemFile other
        && its.number == other.number;
  }

  @Override
  int close(int fd) {
    return CLOSE.intOrErrno(fd);
  }

  @Override
  boolean isReady(Operation operation) {
    int wanted = wanted(operation);
    return wanted == 0
        || !(operation.file instanceof SystemFile file)
        || isReady(operation, file, events(file, wanted));
  }

  /** All of them by one system call. */
  @Override
  void look(List<Operation> waiting) {
    if (polled.byteSize() < waiting.size() * POLL_FD_BYTES) {
      polled = Arena.ofAuto().allocate(2L * waiting.size() * POLL_FD_BYTES, 4);
    }
    for (int i = 0; i < waiting.size(); i++) {
      Operation operation = waiting.get(i);
      int wanted = wanted(operation);
      int fd = wanted != 0 && operation.file instanceof SystemFile file ? file.duplicate : -1;
      set(i, fd, wanted);
    }
    int ready = POLL.intOrErrno(polled.address(), waiting.size(), 0);
    for (int i = 0; i < waiting.size(); i++) {
      Operation operation = waiting.get(i);
      operation.ready =
          wanted(operation) == 0
              || !(operation.file instanceof SystemFile file)
              || (ready > 0 && isReady(operation, file, get(i, wanted(operation))));
    }
  }

  /** The events that an operation waits for; 0 if it never waits. */
  private static int wanted(Operation operation) {
    return switch (operation.kind) {
      case RECV, ACCEPT -> POLLIN | POLLRDHUP;
      case SEND, SEND_ZC -> POLLOUT;
      case POLL -> operation.opFlags;
      default -> 0;
    };
  }

  private boolean isReady(Operation operation, SystemFile file, int events) {
    return events != 0
        && (operation.kind != OpKind.POLL
            || changes(operation, file, events) != operation.seenChanges);
  }

  private int events(SystemFile file, int wanted) {
    set(0, file.duplicate, wanted);
    return POLL.intOrErrno(polled.address(), 1, 0) <= 0 ? 0 : get(0, wanted);
  }

  /** Fills a {@code struct pollfd}. */
  private void set(int index, int fd, int wanted) {
    long at = index * POLL_FD_BYTES;
    polled.set(JAVA_INT, at, fd);
    polled.set(JAVA_SHORT, at + 4, (short) wanted);
    polled.set(JAVA_SHORT, at + 6, (short) 0);
  }

  private int get(int index, int wanted) {
    int events = Short.toUnsignedInt(polled.get(JAVA_SHORT, index * POLL_FD_BYTES + 6));
    return events & (wanted | POLLERR | POLLHUP);
  }

  /** Changes whenever a multishot poll reports again: with its events and the received bytes. */
  private long changes(Operation poll, SystemFile file, int events) {
    if (!poll.isMultishot()) {
      return 0;
    }
    option.set(JAVA_INT, 0, 0);
    var _ = IOCTL.intOrErrno(file.duplicate, FIONREAD, option.address());
    return (long) events << 32 | option.get(JAVA_INT, 0);
  }

  @Override
  int perform(Operation operation) {
    if (!(operation.file instanceof SystemFile file)) {
      return operation.kind == OpKind.NOP ? nop(operation) : -Errno.EBADF;
    }
    guard.verify(operation);
    int fd = file.duplicate;
    return switch (operation.kind) {
      case READ, READ_FIXED -> read(operation, fd);
      case WRITE, WRITE_FIXED -> {
        int n = chances.shorten(operation.len);
        yield isReachable(operation)
            ? (int) PWRITE.longOrErrno(fd, operation.addr, n, operation.off)
            : -Errno.EFAULT;
      }
      case OPENAT2 ->
          (int)
              SYSCALL.longOrErrno(
                  SYS_OPENAT2, fd, operation.addr, operation.off, Structs.OPEN_HOW.byteSize());
      case STATX -> stat(operation, fd);
      case RENAMEAT -> names(operation, RENAMEAT2, fd);
      case LINKAT -> names(operation, LINKAT, fd);
      case UNLINKAT -> UNLINKAT.intOrErrno(fd, operation.addr, operation.opFlags);
      case MKDIRAT -> MKDIRAT.intOrErrno(fd, operation.addr, operation.len);
      case FSYNC -> FSYNC.intOrErrno(fd);
      case FADVISE -> 0;
      case SEND, SEND_ZC -> send(operation, fd);
      case RECV ->
          operation.takesProvided() ? receiveProvided(operation, file) : receive(operation, fd);
      case CONNECT -> CONNECT.intOrErrno(fd, operation.addr, operation.off);
      case ACCEPT -> accept(operation, file);
      case POLL -> {
        int events = events(file, operation.opFlags);
        operation.seenChanges = changes(operation, file, events);
        yield events == 0 ? WAIT : events;
      }
      case NOP, CLOSE, CANCEL, FUTEX_WAIT, FUTEX_WAKE, TIMEOUT, LINK_TIMEOUT, MSG_RING ->
          throw new AssertionError(operation.kind + " is handled by the scheduler");
    };
  }

  private boolean isReachable(Operation operation) {
    return operation.kind == OpKind.READ
        || operation.kind == OpKind.WRITE
        || isRegistered(operation);
  }

  private int read(Operation operation, int fd) {
    if (!isReachable(operation)) {
      return -Errno.EFAULT;
    }
    int wanted = chances.shorten(operation.len);
    int n = (int) PREAD.longOrErrno(fd, operation.addr, wanted, operation.off);
    operation.moved = Math.max(0, n);
    return n;
  }

  private static int stat(Operation operation, int directory) {
    int result =
        STATX.intOrErrno(
            directory, operation.addr, operation.opFlags, operation.len, operation.off);
    operation.moved = result == 0 ? (int) Structs.STATX.byteSize() : 0;
    return result;
  }

  private static int names(Operation operation, CFunction call, int fromDirectory) {
    return call.intOrErrno(
        fromDirectory, operation.addr, operation.len, operation.off, operation.opFlags);
  }

  private int send(Operation operation, int fd) {
    int flags = (operation.opFlags & ~MSG_WAITALL) | MSG_DONTWAIT | MSG_NOSIGNAL;
    int n = chances.shorten(operation.len - operation.moved);
    return progress(
        operation, (int) SEND.longOrErrno(fd, operation.addr + operation.moved, n, flags));
  }

  private int receive(Operation operation, int fd) {
    int flags = (operation.opFlags & ~MSG_WAITALL) | MSG_DONTWAIT;
    int n = chances.shorten(operation.len - operation.moved);
    int result = (int) RECV.longOrErrno(fd, operation.addr + operation.moved, n, flags);
    return result == 0 ? operation.moved : progress(operation, result);
  }

  private int receiveProvided(Operation operation, SystemFile file) {
    if (events(file, POLLIN) == 0) {
      return WAIT;
    }
    ProvidedBuffers buffers = group(operation.bufferIndex);
    if (buffers == null || buffers.isEmpty()) {
      return -Errno.ENOBUFS;
    }
    MemorySegment memory = buffers.peek();
    int n = chances.shorten((int) memory.byteSize());
    int result = (int) RECV.longOrErrno(file.duplicate, memory.address(), n, MSG_DONTWAIT);
    if (result == -Errno.EAGAIN) {
      return WAIT;
    }
    if (result > 0) {
      operation.bufferTaken = buffers.nextId();
      buffers.takeFilled();
    }
    return result;
  }

  private int accept(Operation operation, SystemFile listener) {
    if (events(listener, POLLIN) == 0) {
      return WAIT; // another accept was faster; the listening socket may block
    }
    int fd = ACCEPT4.intOrErrno(listener.duplicate, 0, 0, operation.opFlags);
    int bytes = chances.faults().sendBufferBytes();
    if (fd >= 0 && bytes > 0) {
      option.set(JAVA_INT, 0, bytes);
      var _ = SETSOCKOPT.intOrErrno(fd, SOL_SOCKET, SO_SNDBUF, option.address(), 4);
    }
    return fd == -Errno.EAGAIN ? WAIT : fd;
  }
}
