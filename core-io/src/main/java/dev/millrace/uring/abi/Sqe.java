package dev.millrace.uring.abi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * A submission queue entry (linux/io_uring.h).
 *
 * <pre>
 * struct io_uring_sqe {
 *     __u8  opcode;        //  0
 *     __u8  flags;         //  1  IOSQE_*
 *     __u16 ioprio;        //  2  also per-operation flags: multishot, poll first
 *     __s32 fd;            //  4
 *     __u64 off;           //  8  or addr2
 *     __u64 addr;          // 16
 *     __u32 len;           // 24
 *     __u32 op_flags;      // 28  rw, msg, accept, open, poll, cancel ... flags
 *     __u64 user_data;     // 32  comes back in the completion
 *     __u16 buf_index;     // 40  or buf_group
 *     __u16 personality;   // 42
 *     __s32 file_index;    // 44  or splice_fd_in
 *     __u64 addr3;         // 48
 *     __u64 __pad2;        // 56
 * };
 * </pre>
 */
public final class Sqe {
  /** The structure, 64 bytes. */
  public static final StructLayout LAYOUT =
      Layouts.sized(
          64,
          MemoryLayout.structLayout(
                  JAVA_BYTE.withName("opcode"),
                  JAVA_BYTE.withName("flags"),
                  JAVA_SHORT.withName("ioprio"),
                  JAVA_INT.withName("fd"),
                  JAVA_LONG.withName("off"),
                  JAVA_LONG.withName("addr"),
                  JAVA_INT.withName("len"),
                  JAVA_INT.withName("op_flags"),
                  JAVA_LONG.withName("user_data"),
                  JAVA_SHORT.withName("buf_index"),
                  JAVA_SHORT.withName("personality"),
                  JAVA_INT.withName("file_index"),
                  JAVA_LONG.withName("addr3"),
                  JAVA_LONG.withName("__pad2"))
              .withName("io_uring_sqe"));

  public static final long BYTES = LAYOUT.byteSize();
  public static final long OPCODE = Layouts.offset(LAYOUT, "opcode");
  public static final long FLAGS = Layouts.offset(LAYOUT, "flags");
  public static final long IOPRIO = Layouts.offset(LAYOUT, "ioprio");
  public static final long FD = Layouts.offset(LAYOUT, "fd");
  public static final long OFF = Layouts.offset(LAYOUT, "off");
  public static final long ADDR = Layouts.offset(LAYOUT, "addr");
  public static final long LEN = Layouts.offset(LAYOUT, "len");
  public static final long OP_FLAGS = Layouts.offset(LAYOUT, "op_flags");
  public static final long USER_DATA = Layouts.offset(LAYOUT, "user_data");
  public static final long BUF_INDEX = Layouts.offset(LAYOUT, "buf_index");
  public static final long FILE_INDEX = Layouts.offset(LAYOUT, "file_index");
  public static final long ADDR3 = Layouts.offset(LAYOUT, "addr3");
  public static final long PAD2 = Layouts.offset(LAYOUT, "__pad2");

  private Sqe() {}
}
