package dev.millrace.uring.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * Set-up parameters, in and out (io_uring_setup(2)).
 *
 * <pre>
 * struct io_uring_params {
 *     __u32 sq_entries;        //  0
 *     __u32 cq_entries;        //  4
 *     __u32 flags;             //  8  IORING_SETUP_*
 *     __u32 sq_thread_cpu;     // 12
 *     __u32 sq_thread_idle;    // 16
 *     __u32 features;          // 20  IORING_FEAT_*
 *     __u32 wq_fd;             // 24
 *     __u32 resv[3];           // 28
 *     struct io_sqring_offsets sq_off;   // 40, 40 bytes
 *     struct io_cqring_offsets cq_off;   // 80, 40 bytes
 * };
 * </pre>
 */
public final class Params {
  /** The structure, 120 bytes. */
  public static final StructLayout LAYOUT =
      Layouts.sized(
          120,
          MemoryLayout.structLayout(
                  JAVA_INT.withName("sq_entries"),
                  JAVA_INT.withName("cq_entries"),
                  JAVA_INT.withName("flags"),
                  JAVA_INT.withName("sq_thread_cpu"),
                  JAVA_INT.withName("sq_thread_idle"),
                  JAVA_INT.withName("features"),
                  JAVA_INT.withName("wq_fd"),
                  MemoryLayout.paddingLayout(12),
                  MemoryLayout.paddingLayout(40),
                  MemoryLayout.paddingLayout(40))
              .withName("io_uring_params"));

  public static final long CQ_ENTRIES = Layouts.offset(LAYOUT, "cq_entries");
  public static final long FLAGS = Layouts.offset(LAYOUT, "flags");
  public static final long FEATURES = Layouts.offset(LAYOUT, "features");

  private Params() {}
}
