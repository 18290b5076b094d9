package dev.millrace.uring;

import dev.millrace.uring.abi.Uapi;

/** Flags of {@link Ring#flagLast} (io_uring_enter(2)); each has a method of {@link Ring} too. */
public final class SqeFlags {
  /** {@link Ring#linkNext}. */
  public static final int IO_LINK = Uapi.SQE_IO_LINK;

  /** {@link Ring#linkNextAlways}. */
  public static final int IO_HARDLINK = Uapi.SQE_IO_HARDLINK;

  /** {@link Ring#forceAsync}. */
  public static final int ASYNC = Uapi.SQE_ASYNC;

  /** {@link Ring#skipSuccess}. */
  public static final int CQE_SKIP_SUCCESS = Uapi.SQE_CQE_SKIP_SUCCESS;

  private SqeFlags() {}
}
