package dev.millrace.uring.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * A completion queue entry (linux/io_uring.h).
 *
 * <pre>
 * struct io_uring_cqe {
 *     __u64 user_data;   //  0
 *     __s32 res;         //  8  result, or -errno
 *     __u32 flags;       // 12  IORING_CQE_F_*; buffer id in the upper half
 * };
 * </pre>
 */
public final class Cqe {
  /** The structure, 16 bytes. */
  public static final StructLayout LAYOUT =
      Layouts.sized(
          16,
          MemoryLayout.structLayout(
                  JAVA_LONG.withName("user_data"),
                  JAVA_INT.withName("res"),
                  JAVA_INT.withName("flags"))
              .withName("io_uring_cqe"));

  public static final long BYTES = LAYOUT.byteSize();
  public static final long USER_DATA = Layouts.offset(LAYOUT, "user_data");
  public static final long RES = Layouts.offset(LAYOUT, "res");
  public static final long FLAGS = Layouts.offset(LAYOUT, "flags");

  private Cqe() {}
}
