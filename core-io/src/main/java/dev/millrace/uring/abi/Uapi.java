package dev.millrace.uring.abi;

/** Constants of linux/io_uring.h, without the {@code IORING_} prefix. */
public final class Uapi {
  // io_uring_setup(2)
  public static final int SETUP_CQSIZE = 1 << 3;
  public static final int SETUP_CLAMP = 1 << 4;
  public static final int SETUP_R_DISABLED = 1 << 6;
  public static final int SETUP_SUBMIT_ALL = 1 << 7;
  public static final int SETUP_SINGLE_ISSUER = 1 << 12;
  public static final int SETUP_DEFER_TASKRUN = 1 << 13;

  // io_uring_enter(2)
  public static final int ENTER_GETEVENTS = 1;
  public static final int ENTER_EXT_ARG = 1 << 3;
  public static final int ENTER_REGISTERED_RING = 1 << 4;
  public static final int SQ_CQ_OVERFLOW = 1 << 1;

  // io_uring_register(2)
  public static final int REGISTER_BUFFERS = 0;
  public static final int UNREGISTER_BUFFERS = 1;
  public static final int REGISTER_PROBE = 8;
  public static final int REGISTER_RESTRICTIONS = 11;
  public static final int REGISTER_ENABLE_RINGS = 12;
  public static final int REGISTER_RING_FDS = 20;
  public static final int UNREGISTER_RING_FDS = 21;

  public static final int RESTRICTION_REGISTER_OP = 0;
  public static final int RESTRICTION_SQE_OP = 1;
  public static final int RESTRICTION_SQE_FLAGS_ALLOWED = 2;
  public static final int OP_SUPPORTED = 1;

  // submission flags
  public static final int SQE_IO_LINK = 1 << 2;
  public static final int SQE_IO_HARDLINK = 1 << 3;
  public static final int SQE_ASYNC = 1 << 4;
  public static final int SQE_BUFFER_SELECT = 1 << 5;
  public static final int SQE_CQE_SKIP_SUCCESS = 1 << 6;

  /** The flags of submissions that this library uses. */
  public static final int SQE_FLAGS =
      SQE_IO_LINK | SQE_IO_HARDLINK | SQE_ASYNC | SQE_BUFFER_SELECT | SQE_CQE_SKIP_SUCCESS;

  // completion flags
  public static final int CQE_F_BUFFER = 1;
  public static final int CQE_F_MORE = 1 << 1;
  public static final int CQE_F_NOTIF = 1 << 3;
  public static final int CQE_BUFFER_SHIFT = 16;

  // per-operation flags
  public static final int ACCEPT_MULTISHOT = 1;
  public static final int RECV_MULTISHOT = 1 << 1;
  public static final int SEND_ZC_REPORT_USAGE = 1 << 3;
  public static final int NOTIF_USAGE_ZC_COPIED = 1 << 31;
  public static final int ASYNC_CANCEL_ALL = 1;
  public static final int ASYNC_CANCEL_FD = 1 << 1;
  public static final int ASYNC_CANCEL_ANY = 1 << 2;
  public static final int POLL_ADD_MULTI = 1;
  public static final int FSYNC_DATASYNC = 1;
  public static final int NOP_INJECT_RESULT = 1;
  public static final int FUTEX2_SIZE_U32 = 2;
  public static final int FUTEX2_PRIVATE = 128;
  public static final int FUTEX2_PRIVATE_U32 = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;

  // operations
  public static final int OP_NOP = 0;
  public static final int OP_FSYNC = 3;
  public static final int OP_READ_FIXED = 4;
  public static final int OP_WRITE_FIXED = 5;
  public static final int OP_POLL_ADD = 6;
  public static final int OP_TIMEOUT = 11;
  public static final int OP_ACCEPT = 13;
  public static final int OP_ASYNC_CANCEL = 14;
  public static final int OP_LINK_TIMEOUT = 15;
  public static final int OP_CONNECT = 16;
  public static final int OP_CLOSE = 19;
  public static final int OP_STATX = 21;
  public static final int OP_READ = 22;
  public static final int OP_WRITE = 23;
  public static final int OP_FADVISE = 24;
  public static final int OP_SEND = 26;
  public static final int OP_RECV = 27;
  public static final int OP_OPENAT2 = 28;
  public static final int OP_RENAMEAT = 35;
  public static final int OP_UNLINKAT = 36;
  public static final int OP_MKDIRAT = 37;
  public static final int OP_LINKAT = 39;
  public static final int OP_MSG_RING = 40;
  public static final int OP_SEND_ZC = 47;
  public static final int OP_FUTEX_WAIT = 51;
  public static final int OP_FUTEX_WAKE = 52;

  private Uapi() {}
}
