package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.uring.abi.Structs;
import java.lang.foreign.MemorySegment;

/** Accessors for the structure that {@link Ring#prepStatx} fills (statx(2)). */
public final class Statx {
  /** Size of {@code struct statx}. */
  public static final int BYTES = (int) Structs.STATX.byteSize();

  /** Mask of the fields of stat(2), {@code STATX_BASIC_STATS}. */
  public static final int BASIC = 0x7ff;

  private Statx() {}

  /** Length of a regular file. */
  public static long sizeBytes(MemorySegment statx) {
    return statx.get(JAVA_LONG, Structs.STATX_SIZE);
  }

  /** Type and permissions, as {@code st_mode}. */
  public static int mode(MemorySegment statx) {
    return Short.toUnsignedInt(statx.get(JAVA_SHORT, Structs.STATX_MODE));
  }

  /** Number of hard links. */
  public static int links(MemorySegment statx) {
    return statx.get(JAVA_INT, Structs.STATX_NLINK);
  }

  /** Inode number. */
  public static long inode(MemorySegment statx) {
    return statx.get(JAVA_LONG, Structs.STATX_INO);
  }

  /** Last modification of the content, in seconds since 1970. */
  public static long modifiedSeconds(MemorySegment statx) {
    return statx.get(JAVA_LONG, Structs.STATX_MTIME);
  }
}
