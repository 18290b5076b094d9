package dev.millrace.uring.abi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * liburing's ring object (liburing.h; same size since 2.2).
 *
 * <pre>
 * struct io_uring {
 *     struct io_uring_sq {
 *         unsigned *khead, *ktail, *kring_mask, *kring_entries, *kflags, *kdropped, *array;
 *         struct io_uring_sqe *sqes;
 *         unsigned sqe_head, sqe_tail;
 *         size_t ring_sz; void *ring_ptr;
 *         unsigned ring_mask, ring_entries, pad[2];
 *     } sq;                                             //   0
 *     struct io_uring_cq {
 *         unsigned *khead, *ktail, *kring_mask, *kring_entries, *kflags, *koverflow;
 *         struct io_uring_cqe *cqes;
 *         size_t ring_sz; void *ring_ptr;
 *         unsigned ring_mask, ring_entries, pad[2];
 *     } cq;                                             // 104
 *     unsigned flags; int ring_fd;                      // 192
 *     unsigned features; int enter_ring_fd;             // 200
 *     __u8 int_flags, pad[3]; unsigned pad2;            // 208
 * };
 * </pre>
 */
public final class UringStruct {
  /** The structure, 216 bytes. */
  public static final StructLayout LAYOUT =
      Layouts.sized(
          216,
          MemoryLayout.structLayout(
                  ADDRESS.withName("sq.khead"),
                  ADDRESS.withName("sq.ktail"),
                  ADDRESS.withName("sq.kring_mask"),
                  ADDRESS.withName("sq.kring_entries"),
                  ADDRESS.withName("sq.kflags"),
                  ADDRESS.withName("sq.kdropped"),
                  ADDRESS.withName("sq.array"),
                  ADDRESS.withName("sq.sqes"),
                  JAVA_INT.withName("sq.sqe_head"),
                  JAVA_INT.withName("sq.sqe_tail"),
                  JAVA_LONG.withName("sq.ring_sz"),
                  ADDRESS.withName("sq.ring_ptr"),
                  MemoryLayout.paddingLayout(16),
                  ADDRESS.withName("cq.khead"),
                  ADDRESS.withName("cq.ktail"),
                  ADDRESS.withName("cq.kring_mask"),
                  ADDRESS.withName("cq.kring_entries"),
                  ADDRESS.withName("cq.kflags"),
                  ADDRESS.withName("cq.koverflow"),
                  ADDRESS.withName("cq.cqes"),
                  JAVA_LONG.withName("cq.ring_sz"),
                  ADDRESS.withName("cq.ring_ptr"),
                  MemoryLayout.paddingLayout(16),
                  JAVA_INT.withName("flags"),
                  JAVA_INT.withName("ring_fd"),
                  JAVA_INT.withName("features"),
                  JAVA_INT.withName("enter_ring_fd"),
                  JAVA_BYTE.withName("int_flags"),
                  MemoryLayout.paddingLayout(7))
              .withName("io_uring"));

  public static final long SQ_KHEAD = Layouts.offset(LAYOUT, "sq.khead");
  public static final long SQ_KTAIL = Layouts.offset(LAYOUT, "sq.ktail");
  public static final long SQ_KRING_ENTRIES = Layouts.offset(LAYOUT, "sq.kring_entries");
  public static final long SQ_KFLAGS = Layouts.offset(LAYOUT, "sq.kflags");
  public static final long SQ_KDROPPED = Layouts.offset(LAYOUT, "sq.kdropped");
  public static final long SQ_ARRAY = Layouts.offset(LAYOUT, "sq.array");
  public static final long SQ_SQES = Layouts.offset(LAYOUT, "sq.sqes");
  public static final long CQ_KHEAD = Layouts.offset(LAYOUT, "cq.khead");
  public static final long CQ_KTAIL = Layouts.offset(LAYOUT, "cq.ktail");
  public static final long CQ_KRING_ENTRIES = Layouts.offset(LAYOUT, "cq.kring_entries");
  public static final long CQ_KOVERFLOW = Layouts.offset(LAYOUT, "cq.koverflow");
  public static final long CQ_CQES = Layouts.offset(LAYOUT, "cq.cqes");
  public static final long RING_FD = Layouts.offset(LAYOUT, "ring_fd");
  public static final long FEATURES = Layouts.offset(LAYOUT, "features");
  public static final long ENTER_RING_FD = Layouts.offset(LAYOUT, "enter_ring_fd");

  private UringStruct() {}
}
