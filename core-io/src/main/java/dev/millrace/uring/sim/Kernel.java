package dev.millrace.uring.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.sync.ffi.Errno;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.abi.Structs;
import dev.millrace.uring.abi.Uapi;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Performs operations on files, sockets and memory. Each either returns a result or must wait;
 * {@link SimulatedRing} decides when and in which order.
 */
final class Kernel {
  /** The result of an operation that must wait for its socket. */
  static final int WAIT = Integer.MIN_VALUE;

  private static final int MSG_WAITALL = 0x100;

  private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  /** Errors that a kernel may return for reasons outside the program. */
  private static final int[] FILE_ERRORS = {Errno.EIO, Errno.ENOMEM, Errno.EINTR, Errno.EAGAIN};

  private static final int[] WRITE_ERRORS = {Errno.EIO, Errno.ENOSPC, Errno.EDQUOT, Errno.EINTR};
  private static final int[] OPEN_ERRORS = {Errno.EMFILE, Errno.ENFILE, Errno.EACCES, Errno.ENOMEM};
  private static final int[] SOCKET_ERRORS = {Errno.ECONNRESET, Errno.ETIMEDOUT, Errno.EPIPE};
  private static final int[] ACCEPT_ERRORS = {Errno.EMFILE, Errno.ENFILE, Errno.ECONNABORTED};
  private static final int[] NO_ERRORS = {};

  final Descriptors descriptors = new Descriptors();
  final SimulatedFiles files = new SimulatedFiles(descriptors);
  final SimulatedNetwork network = new SimulatedNetwork(descriptors);
  final MemoryGuard guard = new MemoryGuard();

  private final Map<Integer, ProvidedBuffers> groups = new HashMap<>();
  private final RandomGenerator random;
  private final Faults faults;
  private MemorySegment[] registered = {};

  Kernel(RandomGenerator random, Faults faults) {
    this.random = random;
    this.faults = faults;
  }

  void provide(int group, ProvidedBuffers buffers) {
    groups.put(group, buffers);
  }

  void noticeBuffers() {
    for (ProvidedBuffers buffers : groups.values()) {
      buffers.notice();
    }
  }

  void register(MemorySegment[] buffers) {
    registered = buffers;
  }

  int registeredBuffers() {
    return registered.length;
  }

  /** An error for this operation instead of performing it, or 0. */
  int fault(OpKind kind) {
    if (random.nextDouble() >= faults.errors()) {
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
    return errors.length == 0 ? 0 : errors[random.nextInt(errors.length)];
  }

  /** Whether a waiting operation would make progress. */
  boolean isReady(Operation operation) {
    if (!(operation.file instanceof SimulatedSocket socket)) {
      return true;
    }
    return switch (operation.kind) {
      case RECV, ACCEPT -> socket.isReadable();
      case SEND, SEND_ZC -> socket.isWritable();
      case POLL ->
          (socket.events() & operation.opFlags) != 0 && socket.changes() != operation.seenChanges;
      default -> true;
    };
  }

  /** Performs the operation: returns a result, {@code -errno}, or {@link #WAIT}. */
  int perform(Operation operation) {
    OpenFile file = operation.file;
    if (file == null) {
      return operation.kind == OpKind.NOP ? nop(operation) : -Errno.EBADF;
    }
    return switch (operation.kind) {
      case READ, READ_FIXED -> read(operation, file);
      case WRITE, WRITE_FIXED -> write(operation, file);
      case OPENAT2 -> {
        long bytes = Structs.OPEN_HOW.byteSize();
        MemorySegment how = MemorySegment.ofAddress(operation.off).reinterpret(bytes);
        yield files.open(file, operation.path, how);
      }
      case STATX -> {
        guard.verify(operation);
        int result = files.stat(file, operation.path, operation.memory());
        operation.moved = result == 0 ? (int) Structs.STATX.byteSize() : 0;
        yield result;
      }
      case RENAMEAT, LINKAT -> names(operation, file);
      case UNLINKAT -> files.unlink(file, operation.path, operation.opFlags);
      case MKDIRAT -> files.makeDirectory(file, operation.path);
      case FSYNC, FADVISE -> 0;
      case SEND, SEND_ZC -> file instanceof SimulatedSocket s ? send(operation, s) : notSocket();
      case RECV -> file instanceof SimulatedSocket s ? receive(operation, s) : notSocket();
      case CONNECT -> file instanceof SimulatedSocket s ? connect(operation, s) : notSocket();
      case ACCEPT -> file instanceof SimulatedSocket s ? accept(s) : notSocket();
      case POLL -> file instanceof SimulatedSocket s ? poll(operation, s) : operation.opFlags & 5;
      case NOP, CLOSE, CANCEL, FUTEX_WAIT, FUTEX_WAKE, TIMEOUT, LINK_TIMEOUT, MSG_RING ->
          throw new AssertionError(operation.kind + " is handled by the scheduler");
    };
  }

  private static int notSocket() {
    return -Errno.ENOTSOCK;
  }

  private static int nop(Operation operation) {
    return (operation.opFlags & Uapi.NOP_INJECT_RESULT) != 0 ? operation.len : 0;
  }

  private int names(Operation operation, OpenFile from) {
    OpenFile to = descriptors.find(operation.len);
    if (to == null) {
      return -Errno.EBADF;
    }
    return operation.kind == OpKind.RENAMEAT
        ? files.rename(from, operation.path, to, operation.secondPath)
        : files.link(from, operation.path, to, operation.secondPath);
  }

  private int read(Operation operation, OpenFile file) {
    if (operation.kind == OpKind.READ_FIXED && !isRegistered(operation)) {
      return -Errno.EFAULT;
    }
    int n = shorten(files.readable(file, operation.off, operation.len));
    guard.verify(operation);
    if (n > 0) {
      files.read(file, operation.off, operation.memory().asSlice(0, n));
      operation.moved = n;
    }
    return n;
  }

  private int write(Operation operation, OpenFile file) {
    if (operation.kind == OpKind.WRITE_FIXED && !isRegistered(operation)) {
      return -Errno.EFAULT;
    }
    guard.verify(operation);
    int n = shorten(operation.len);
    return files.write(file, operation.off, operation.memory().asSlice(0, n));
  }

  private boolean isRegistered(Operation operation) {
    if (operation.bufferIndex >= registered.length) {
      return false;
    }
    MemorySegment buffer = registered[operation.bufferIndex];
    return operation.addr >= buffer.address()
        && operation.addr + operation.len <= buffer.address() + buffer.byteSize();
  }

  private int send(Operation operation, SimulatedSocket socket) {
    guard.verify(operation);
    int left = operation.len - operation.moved;
    byte[] bytes = operation.memory().asSlice(operation.moved).toArray(JAVA_BYTE);
    int n = socket.send(bytes, 0, shorten(left));
    return progress(operation, n);
  }

  private int receive(Operation operation, SimulatedSocket socket) {
    if (operation.takesProvided()) {
      return receiveIntoProvided(operation, socket);
    }
    guard.verify(operation);
    int left = operation.len - operation.moved;
    byte[] bytes = new byte[left];
    int n = socket.receive(bytes, 0, shorten(left));
    if (n > 0) {
      MemorySegment.copy(bytes, 0, operation.memory(), JAVA_BYTE, operation.moved, n);
    }
    return n == 0 ? operation.moved : progress(operation, n);
  }

  /**
   * The state of a transfer after one step: MSG_WAITALL continues until all bytes are transferred.
   */
  private static int progress(Operation operation, int n) {
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

  private int receiveIntoProvided(Operation operation, SimulatedSocket socket) {
    ProvidedBuffers buffers = groups.get(operation.bufferIndex);
    if (socket.available() == 0) {
      int result = socket.receive(new byte[1], 0, 1);
      return result == -Errno.EAGAIN ? WAIT : result;
    }
    if (buffers == null || buffers.isEmpty()) {
      return -Errno.ENOBUFS;
    }
    operation.bufferTaken = buffers.nextId();
    MemorySegment memory = buffers.take();
    byte[] bytes = new byte[(int) memory.byteSize()];
    int n = socket.receive(bytes, 0, shorten(Math.min(bytes.length, socket.available())));
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, Math.max(0, n));
    return n;
  }

  private int connect(Operation operation, SimulatedSocket socket) {
    if (socket.isConnected()) {
      return -Errno.EISCONN;
    }
    return network.connect(socket, Short.toUnsignedInt(operation.memory().get(PORT, 2)));
  }

  private int accept(SimulatedSocket listener) {
    SimulatedSocket accepted = listener.accept();
    return accepted == null ? WAIT : descriptors.add(accepted);
  }

  private static int poll(Operation operation, SimulatedSocket socket) {
    operation.seenChanges = socket.changes();
    int events = socket.events() & (operation.opFlags | SimulatedSocket.POLLERR);
    return events == 0 ? WAIT : events;
  }

  /** A random number of bytes from 1 to {@code possible}, or {@code possible}. */
  private int shorten(int possible) {
    return possible > 1 && random.nextDouble() < faults.shortTransfers()
        ? 1 + random.nextInt(possible - 1)
        : possible;
  }

  @Nullable OpenFile find(int fd) {
    return descriptors.find(fd);
  }
}
