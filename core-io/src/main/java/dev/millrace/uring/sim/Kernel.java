package dev.millrace.uring.sim;

import dev.millrace.sync.Errno;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.abi.Uapi;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Performs operations. Each either returns a result or must wait; {@link Scheduler} decides when
 * and in which order.
 */
abstract sealed class Kernel permits MemoryKernel, SystemKernel {
  /** The result of an operation that must wait for its socket. */
  static final int WAIT = Integer.MIN_VALUE;

  private static final int MSG_WAITALL = 0x100;

  /** Errors that a kernel may return for reasons outside the program. */
  private static final int[] FILE_ERRORS = {Errno.EIO, Errno.ENOMEM, Errno.EINTR, Errno.EAGAIN};

  private static final int[] WRITE_ERRORS = {Errno.EIO, Errno.ENOSPC, Errno.EDQUOT, Errno.EINTR};
  private static final int[] OPEN_ERRORS = {Errno.EMFILE, Errno.ENFILE, Errno.EACCES, Errno.ENOMEM};
  private static final int[] SOCKET_ERRORS = {Errno.ECONNRESET, Errno.ETIMEDOUT, Errno.EPIPE};
  private static final int[] ACCEPT_ERRORS = {Errno.EMFILE, Errno.ENFILE, Errno.ECONNABORTED};
  private static final int[] NO_ERRORS = {};

  final MemoryGuard guard = new MemoryGuard();

  private final Map<Integer, ProvidedBuffers> groups = new HashMap<>();
  final Chances chances;
  private MemorySegment[] registered = {};

  Kernel(Chances chances) {
    this.chances = chances;
  }

  /** The file of a descriptor, held for the caller, who lets it go; null if there is none. */
  abstract @Nullable OpenFile find(int fd);

  /** Whether an operation is on a file. */
  abstract boolean isFile(Operation operation, OpenFile file);

  /** Closes a descriptor; returns the result. */
  abstract int close(int fd);

  /** Whether a waiting operation would make progress. */
  abstract boolean isReady(Operation operation);

  /** Looks at waiting operations at once, see {@link Operation#ready}. */
  abstract void look(List<Operation> waiting);

  /** Performs the operation: returns a result, {@code -errno}, or {@link #WAIT}. */
  abstract int perform(Operation operation);

  final @Nullable ProvidedBuffers group(int group) {
    return groups.get(group);
  }

  final void provide(int group, ProvidedBuffers buffers) {
    groups.put(group, buffers);
  }

  final void noticeBuffers() {
    for (ProvidedBuffers buffers : groups.values()) {
      buffers.notice();
    }
  }

  final void register(MemorySegment[] buffers) {
    registered = buffers;
  }

  final int registeredBuffers() {
    return registered.length;
  }

  /** An error for this operation instead of performing it, or 0. */
  final int fault(OpKind kind) {
    if (!chances.happens(chances.faults().errors())) {
      return 0;
    }
    int[] errors =
        switch (kind) {
          case READ, READ_FIXED, STATX, FSYNC -> FILE_ERRORS;
          case WRITE, WRITE_FIXED, RENAMEAT, UNLINKAT, MKDIRAT, LINKAT -> WRITE_ERRORS;
          case OPENAT2 -> OPEN_ERRORS;
          case RECV, SEND, SEND_ZC, CONNECT -> SOCKET_ERRORS;
          case ACCEPT -> ACCEPT_ERRORS;
          case NOP, CLOSE, CANCEL, POLL, FUTEX_WAIT, FUTEX_WAKE -> NO_ERRORS;
          case FADVISE, TIMEOUT, LINK_TIMEOUT, MSG_RING -> NO_ERRORS;
        };
    return errors.length == 0 ? 0 : errors[chances.below(errors.length)];
  }

  final boolean isRegistered(Operation operation) {
    if (operation.bufferIndex >= registered.length) {
      return false;
    }
    MemorySegment buffer = registered[operation.bufferIndex];
    return operation.addr >= buffer.address()
        && operation.addr + operation.len <= buffer.address() + buffer.byteSize();
  }

  static int nop(Operation operation) {
    return (operation.opFlags & Uapi.NOP_INJECT_RESULT) != 0 ? operation.len : 0;
  }

  /**
   * The state of a transfer after one step: MSG_WAITALL continues until all bytes are transferred.
   */
  static int progress(Operation operation, int n) {
    if (n == -Errno.EAGAIN) {
      return WAIT;
    }
    if (n < 0) {
      return operation.moved > 0 ? operation.moved : n;
    }
    operation.moved += n;
    boolean all = (operation.opFlags & MSG_WAITALL) != 0;
    return all && operation.moved < operation.len ? WAIT : operation.moved;
  }
}
