package dev.millrace.uring.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.sync.Errno;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.PollEvents;
import dev.millrace.uring.abi.Structs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A kernel whose files and sockets exist only in memory. */
final class MemoryKernel extends Kernel {
  private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  final Descriptors descriptors = new Descriptors();
  final SimulatedFiles files = new SimulatedFiles(descriptors);
  final SimulatedNetwork network = new SimulatedNetwork(descriptors);

  MemoryKernel(Chances chances) {
    super(chances);
  }

  @Override
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

  @Override
  void look(List<Operation> waiting) {
    for (Operation operation : waiting) {
      operation.ready = isReady(operation);
    }
  }

  @Override
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
    int n = chances.shorten(files.readable(file, operation.off, operation.len));
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
    int n = chances.shorten(operation.len);
    return files.write(file, operation.off, operation.memory().asSlice(0, n));
  }

  private int send(Operation operation, SimulatedSocket socket) {
    guard.verify(operation);
    int left = operation.len - operation.moved;
    byte[] bytes = operation.memory().asSlice(operation.moved).toArray(JAVA_BYTE);
    int n = socket.send(bytes, 0, chances.shorten(left));
    return progress(operation, n);
  }

  private int receive(Operation operation, SimulatedSocket socket) {
    if (operation.takesProvided()) {
      return receiveIntoProvided(operation, socket);
    }
    guard.verify(operation);
    int left = operation.len - operation.moved;
    byte[] bytes = new byte[left];
    int n = socket.receive(bytes, 0, chances.shorten(left));
    if (n > 0) {
      MemorySegment.copy(bytes, 0, operation.memory(), JAVA_BYTE, operation.moved, n);
    }
    return n == 0 ? operation.moved : progress(operation, n);
  }

  private int receiveIntoProvided(Operation operation, SimulatedSocket socket) {
    ProvidedBuffers buffers = group(operation.bufferIndex);
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
    int n = socket.receive(bytes, 0, chances.shorten(Math.min(bytes.length, socket.available())));
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
    int events = socket.events() & (operation.opFlags | PollEvents.POLLERR);
    return events == 0 ? WAIT : events;
  }

  @Override
  @Nullable OpenFile find(int fd) {
    OpenFile file = descriptors.find(fd);
    if (file != null) {
      file.hold();
    }
    return file;
  }

  @Override
  boolean isFile(Operation operation, OpenFile file) {
    return Objects.equals(operation.file, file);
  }

  @Override
  int close(int fd) {
    return descriptors.close(fd) ? 0 : -Errno.EBADF;
  }
}
