package dev.millrace.uring;

import dev.millrace.uring.abi.Uapi;

/** The operations that are submitted, for probing and for figures by kind. */
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
  FUTEX_WAIT(Uapi.OP_FUTEX_WAIT);

  private static final OpKind[] VALUES = values();

  private final int opcode;

  OpKind(int opcode) {
    this.opcode = opcode;
  }

  /** The kernel's number, {@code IORING_OP_*}. */
  public int opcode() {
    return opcode;
  }

  /** The kind with this ordinal; cheaper than {@link #values()}, which copies. */
  public static OpKind of(int ordinal) {
    return VALUES[ordinal];
  }

  /** How many kinds there are. */
  public static int count() {
    return VALUES.length;
  }
}
