package dev.millrace.uring;

import dev.millrace.uring.abi.Uapi;
import org.jspecify.annotations.Nullable;

/** The kinds of operations, for probing and for metrics by kind. */
public enum OpKind {
  NOP(Uapi.OP_NOP),
  ACCEPT(Uapi.OP_ACCEPT),
  RECV(Uapi.OP_RECV),
  SEND(Uapi.OP_SEND),
  OPENAT2(Uapi.OP_OPENAT2),
  READ(Uapi.OP_READ),
  WRITE(Uapi.OP_WRITE),
  CLOSE(Uapi.OP_CLOSE),
  CANCEL(Uapi.OP_ASYNC_CANCEL),
  POLL(Uapi.OP_POLL_ADD),
  FUTEX_WAIT(Uapi.OP_FUTEX_WAIT, "6.7"),
  FUTEX_WAKE(Uapi.OP_FUTEX_WAKE, "6.7"),
  SEND_ZC(Uapi.OP_SEND_ZC),
  CONNECT(Uapi.OP_CONNECT),
  READ_FIXED(Uapi.OP_READ_FIXED),
  WRITE_FIXED(Uapi.OP_WRITE_FIXED),
  FSYNC(Uapi.OP_FSYNC),
  STATX(Uapi.OP_STATX),
  RENAMEAT(Uapi.OP_RENAMEAT),
  UNLINKAT(Uapi.OP_UNLINKAT),
  MKDIRAT(Uapi.OP_MKDIRAT),
  LINKAT(Uapi.OP_LINKAT),
  FADVISE(Uapi.OP_FADVISE),
  TIMEOUT(Uapi.OP_TIMEOUT),
  LINK_TIMEOUT(Uapi.OP_LINK_TIMEOUT),
  MSG_RING(Uapi.OP_MSG_RING);

  private static final OpKind[] VALUES = values();
  private static final @Nullable OpKind[] BY_OPCODE = byOpcode();

  private final int opcode;
  private final String since;

  OpKind(int opcode) {
    this(opcode, "6.1");
  }

  OpKind(int opcode, String since) {
    this.opcode = opcode;
    this.since = since;
  }

  private static @Nullable OpKind[] byOpcode() {
    @Nullable OpKind[] kinds = new OpKind[256];
    for (OpKind kind : VALUES) {
      kinds[kind.opcode] = kind;
    }
    return kinds;
  }

  /** The kernel's number, {@code IORING_OP_*}. */
  public int opcode() {
    return opcode;
  }

  /**
   * The oldest kernel that supports the kind, but at least the oldest that this library supports.
   */
  public String since() {
    return since;
  }

  /**
   * Whether the operation waits for a peer, another thread or a timeout, so that its latency says
   * nothing about the ring.
   */
  public boolean isWait() {
    return switch (this) {
      case ACCEPT, RECV, FUTEX_WAIT, POLL, TIMEOUT, LINK_TIMEOUT -> true;
      default -> false;
    };
  }

  /** The kind with this ordinal; cheaper than {@link #values()}, which copies. */
  public static OpKind of(int ordinal) {
    return VALUES[ordinal];
  }

  /** The kind with this {@code IORING_OP_*} number, or null if it is not listed here. */
  public static @Nullable OpKind ofOpcode(int opcode) {
    return opcode < 0 || opcode >= BY_OPCODE.length ? null : BY_OPCODE[opcode];
  }

  /** The number of kinds. */
  public static int count() {
    return VALUES.length;
  }
}
