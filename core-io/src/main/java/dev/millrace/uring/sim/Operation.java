package dev.millrace.uring.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.uring.OpKind;
import dev.millrace.uring.abi.Sqe;
import dev.millrace.uring.abi.Structs;
import dev.millrace.uring.abi.Uapi;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A submission: its decoded entry and its progress. */
final class Operation {
  enum State {
    /** Waits for the previous operation of its chain. */
    CHAINED,
    /** Has an event at a known time. */
    RUNNING,
    /** Waits for a socket, a futex word or a timeout. */
    PARKED,
    /** Its last completion is posted. */
    DONE
  }

  final OpKind kind;
  final int sqeFlags;
  final int ioprio;
  final int fd;
  final long off;
  final long addr;
  final int len;
  final int opFlags;
  final long userData;
  final int bufferIndex;

  State state = State.CHAINED;
  @Nullable Operation next;
  @Nullable Operation bound;
  @Nullable OpenFile file;
  String path = "";
  String secondPath = "";
  int moved;
  int wakes;
  long seenChanges = -1;
  int bufferTaken = -1;

  /** Whether it would make progress, after {@link Kernel#look}. */
  boolean ready;

  boolean doomed;
  boolean cancelRequested;
  boolean pinned;
  boolean resultIsOut;
  byte[] contentAtStart = {};

  Operation(MemorySegment entries, long at) {
    int opcode = Byte.toUnsignedInt(entries.get(JAVA_BYTE, at + Sqe.OPCODE));
    OpKind decoded = OpKind.ofOpcode(opcode);
    if (decoded == null) {
      throw new MisuseError("opcode " + opcode);
    }
    this.kind = decoded;
    this.sqeFlags = entries.get(JAVA_BYTE, at + Sqe.FLAGS);
    this.ioprio = entries.get(JAVA_SHORT, at + Sqe.IOPRIO);
    this.fd = entries.get(JAVA_INT, at + Sqe.FD);
    this.off = entries.get(JAVA_LONG, at + Sqe.OFF);
    this.addr = entries.get(JAVA_LONG, at + Sqe.ADDR);
    this.len = entries.get(JAVA_INT, at + Sqe.LEN);
    this.opFlags = entries.get(JAVA_INT, at + Sqe.OP_FLAGS);
    this.userData = entries.get(JAVA_LONG, at + Sqe.USER_DATA);
    this.bufferIndex = Short.toUnsignedInt(entries.get(JAVA_SHORT, at + Sqe.BUF_INDEX));
    switch (kind) {
      case OPENAT2, STATX, UNLINKAT, MKDIRAT -> path = string(addr);
      case RENAMEAT, LINKAT -> {
        path = string(addr);
        secondPath = string(off);
      }
      default -> {}
    }
  }

  private static String string(long address) {
    return MemorySegment.ofAddress(address).reinterpret(4096).getString(0);
  }

  boolean isLinked() {
    return (sqeFlags & (Uapi.SQE_IO_LINK | Uapi.SQE_IO_HARDLINK)) != 0;
  }

  boolean isMultishot() {
    return switch (kind) {
      case ACCEPT -> (ioprio & Uapi.ACCEPT_MULTISHOT) != 0;
      case RECV -> (ioprio & Uapi.RECV_MULTISHOT) != 0;
      case POLL -> (len & Uapi.POLL_ADD_MULTI) != 0;
      default -> false;
    };
  }

  /** Whether it receives into a provided buffer. */
  boolean takesProvided() {
    return (sqeFlags & Uapi.SQE_BUFFER_SELECT) != 0;
  }

  boolean usesDescriptor() {
    return switch (kind) {
      case ACCEPT, RECV, SEND, SEND_ZC, CONNECT, POLL -> true;
      case READ, WRITE, READ_FIXED, WRITE_FIXED, FSYNC, FADVISE -> true;
      case OPENAT2, STATX, RENAMEAT, UNLINKAT, MKDIRAT, LINKAT -> true;
      default -> false;
    };
  }

  /** Whether the kernel writes to {@link #memory()}. */
  boolean fills() {
    return switch (kind) {
      case READ, READ_FIXED, RECV, STATX -> true;
      default -> false;
    };
  }

  /** The memory that the kernel reads or writes while this is in flight; may be empty. */
  MemorySegment memory() {
    return switch (kind) {
      case READ, READ_FIXED, WRITE, WRITE_FIXED, SEND, SEND_ZC -> at(addr, len);
      case RECV -> takesProvided() ? MemorySegment.NULL : at(addr, len);
      case STATX -> at(off, Structs.STATX.byteSize());
      case CONNECT -> at(addr, off);
      case OPENAT2, UNLINKAT, MKDIRAT, RENAMEAT, LINKAT -> at(addr, path.length() + 1L);
      case FUTEX_WAIT -> at(addr, 4);
      default -> MemorySegment.NULL;
    };
  }

  long timeoutNanos() {
    MemorySegment timespec = at(addr, Structs.TIMESPEC.byteSize());
    return timespec.get(JAVA_LONG, Structs.TV_SEC) * 1_000_000_000L
        + timespec.get(JAVA_LONG, Structs.TV_NSEC);
  }

  int word() {
    return at(addr, 4).get(JAVA_INT, 0);
  }

  @Override
  public String toString() {
    return kind + " on " + fd + " (user data 0x" + Long.toHexString(userData) + ")";
  }

  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }
}
