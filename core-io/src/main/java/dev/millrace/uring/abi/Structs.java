package dev.millrace.uring.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The small structures that calls and operations refer to. */
public final class Structs {
  /**
   * The wait argument of an enter call (io_uring_enter(2), IORING_ENTER_EXT_ARG).
   *
   * <pre>
   * struct io_uring_getevents_arg {
   *     __u64 sigmask;        //  0
   *     __u32 sigmask_sz;     //  8
   *     __u32 min_wait_usec;  // 12
   *     __u64 ts;             // 16  pointer to a __kernel_timespec
   * };
   * </pre>
   */
  public static final StructLayout GETEVENTS_ARG =
      Layouts.sized(
          24,
          MemoryLayout.structLayout(
                  JAVA_LONG.withName("sigmask"),
                  JAVA_INT.withName("sigmask_sz"),
                  JAVA_INT.withName("min_wait_usec"),
                  JAVA_LONG.withName("ts"))
              .withName("io_uring_getevents_arg"));

  public static final long GETEVENTS_TS = Layouts.offset(GETEVENTS_ARG, "ts");

  /**
   * <pre>
   * struct __kernel_timespec { __s64 tv_sec; long long tv_nsec; };
   * </pre>
   */
  public static final StructLayout TIMESPEC =
      Layouts.sized(
          16,
          MemoryLayout.structLayout(JAVA_LONG.withName("tv_sec"), JAVA_LONG.withName("tv_nsec"))
              .withName("__kernel_timespec"));

  public static final long TV_SEC = Layouts.offset(TIMESPEC, "tv_sec");
  public static final long TV_NSEC = Layouts.offset(TIMESPEC, "tv_nsec");

  /**
   * One provided buffer. The ring is an array of these; its tail overlays the last field of the
   * first entry (io_uring_register_buf_ring(3)).
   *
   * <pre>
   * struct io_uring_buf {
   *     __u64 addr;   //  0
   *     __u32 len;    //  8
   *     __u16 bid;    // 12
   *     __u16 resv;   // 14  in the first entry: the ring's tail
   * };
   * </pre>
   */
  public static final StructLayout BUF =
      Layouts.sized(
          16,
          MemoryLayout.structLayout(
                  JAVA_LONG.withName("addr"),
                  JAVA_INT.withName("len"),
                  JAVA_SHORT.withName("bid"),
                  JAVA_SHORT.withName("resv"))
              .withName("io_uring_buf"));

  public static final long BUF_ADDR = Layouts.offset(BUF, "addr");
  public static final long BUF_LEN = Layouts.offset(BUF, "len");
  public static final long BUF_BID = Layouts.offset(BUF, "bid");
  public static final long BUF_RING_TAIL = Layouts.offset(BUF, "resv");

  /**
   * Registration of a provided buffer ring.
   *
   * <pre>
   * struct io_uring_buf_reg {
   *     __u64 ring_addr;      //  0
   *     __u32 ring_entries;   //  8
   *     __u16 bgid;           // 12
   *     __u16 flags;          // 14
   *     __u64 resv[3];        // 16
   * };
   * </pre>
   */
  public static final StructLayout BUF_REG =
      Layouts.sized(
          40,
          MemoryLayout.structLayout(
                  JAVA_LONG.withName("ring_addr"),
                  JAVA_INT.withName("ring_entries"),
                  JAVA_SHORT.withName("bgid"),
                  JAVA_SHORT.withName("flags"),
                  MemoryLayout.sequenceLayout(3, JAVA_LONG).withName("resv"))
              .withName("io_uring_buf_reg"));

  public static final long BUF_REG_RING_ADDR = Layouts.offset(BUF_REG, "ring_addr");
  public static final long BUF_REG_RING_ENTRIES = Layouts.offset(BUF_REG, "ring_entries");
  public static final long BUF_REG_BGID = Layouts.offset(BUF_REG, "bgid");

  /**
   * Size of the result of IORING_REGISTER_PROBE without its array of operations. Each operation
   * takes 8 bytes, with {@code __u8 op} at 0 and {@code __u16 flags} at 2.
   *
   * <pre>
   * struct io_uring_probe { __u8 last_op; __u8 ops_len; __u16 resv; __u32 resv2[3]; ops[]; };
   * </pre>
   */
  public static final long PROBE_HEADER_BYTES = 16;

  public static final long PROBE_OP_BYTES = 8;
  public static final long PROBE_OP_FLAGS = 2;

  /** {@code struct io_uring_restriction { __u16 opcode; __u8 value, resv; __u32 resv2[3]; }}. */
  public static final long RESTRICTION_BYTES = 16;

  public static final long RESTRICTION_VALUE = 2;

  /** The argument of openat2(2): {@code struct open_how { __u64 flags, mode, resolve; }}. */
  public static final StructLayout OPEN_HOW =
      Layouts.sized(
          24,
          MemoryLayout.structLayout(
                  JAVA_LONG.withName("flags"),
                  JAVA_LONG.withName("mode"),
                  JAVA_LONG.withName("resolve"))
              .withName("open_how"));

  /**
   * The result of statx(2), up to the last field used here; the rest is padding.
   *
   * <pre>
   * struct statx {
   *     __u32 stx_mask, stx_blksize;            //   0
   *     __u64 stx_attributes;                   //   8
   *     __u32 stx_nlink, stx_uid, stx_gid;      //  16
   *     __u16 stx_mode, __spare0;               //  28
   *     __u64 stx_ino, stx_size, stx_blocks;    //  32
   *     __u64 stx_attributes_mask;              //  56
   *     struct statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;  // 64, 16 bytes each
   *     ...                                     // 128
   * };
   * </pre>
   */
  public static final StructLayout STATX =
      Layouts.sized(
          256,
          MemoryLayout.structLayout(
                  JAVA_INT.withName("stx_mask"),
                  JAVA_INT.withName("stx_blksize"),
                  JAVA_LONG.withName("stx_attributes"),
                  JAVA_INT.withName("stx_nlink"),
                  JAVA_INT.withName("stx_uid"),
                  JAVA_INT.withName("stx_gid"),
                  JAVA_SHORT.withName("stx_mode"),
                  JAVA_SHORT.withName("__spare0"),
                  JAVA_LONG.withName("stx_ino"),
                  JAVA_LONG.withName("stx_size"),
                  JAVA_LONG.withName("stx_blocks"),
                  JAVA_LONG.withName("stx_attributes_mask"),
                  MemoryLayout.sequenceLayout(6, JAVA_LONG).withName("stx_times"),
                  JAVA_LONG.withName("stx_mtime"),
                  JAVA_LONG.withName("stx_mtime_nsec"),
                  MemoryLayout.paddingLayout(128))
              .withName("statx"));

  public static final long STATX_MASK = Layouts.offset(STATX, "stx_mask");
  public static final long STATX_NLINK = Layouts.offset(STATX, "stx_nlink");
  public static final long STATX_MODE = Layouts.offset(STATX, "stx_mode");
  public static final long STATX_INO = Layouts.offset(STATX, "stx_ino");
  public static final long STATX_SIZE = Layouts.offset(STATX, "stx_size");
  public static final long STATX_MTIME = Layouts.offset(STATX, "stx_mtime");

  /** A memory range: {@code struct iovec { void *iov_base; size_t iov_len; }}. */
  public static final StructLayout IOVEC =
      Layouts.sized(
          16,
          MemoryLayout.structLayout(JAVA_LONG.withName("iov_base"), JAVA_LONG.withName("iov_len"))
              .withName("iovec"));

  public static final long IOV_BASE = Layouts.offset(IOVEC, "iov_base");
  public static final long IOV_LEN = Layouts.offset(IOVEC, "iov_len");

  public static final long HOW_FLAGS = Layouts.offset(OPEN_HOW, "flags");
  public static final long HOW_RESOLVE = Layouts.offset(OPEN_HOW, "resolve");

  private Structs() {}
}
