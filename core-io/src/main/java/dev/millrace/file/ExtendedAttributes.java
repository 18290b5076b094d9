package dev.millrace.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.sync.Errno;
import dev.millrace.sync.ffi.CFunction;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Extended attributes of open files and directories (xattr(7)). A name has a namespace, as in
 * {@code user.comment}. The calls may wait for a disk. Any thread.
 */
public final class ExtendedAttributes {
  /** The longest value of any file system (XATTR_SIZE_MAX). */
  private static final int MAX_BYTES = 64 << 10;

  private static final CFunction GET = CFunction.ofLibc("fgetxattr");
  private static final CFunction SET = CFunction.ofLibc("fsetxattr");
  private static final CFunction REMOVE = CFunction.ofLibc("fremovexattr");

  private ExtendedAttributes() {}

  /** The value of an attribute, or null if there is none or the file system has no attributes. */
  public static byte @Nullable [] get(int fd, String name) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(MAX_BYTES);
      long length = GET.longOrErrno(fd, name(arena, name), value.address(), MAX_BYTES);
      if (length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP) {
        return null;
      }
      if (length < 0) {
        throw new ErrnoException("fgetxattr", (int) -length);
      }
      return value.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  /**
   * Creates or replaces an attribute.
   *
   * @throws ErrnoException ENOSPC, EDQUOT, E2BIG or ERANGE if the value is too long for the file
   *     system; EOPNOTSUPP if it has no attributes
   */
  public static void set(int fd, String name, byte[] value) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(Math.max(1, value.length));
      MemorySegment.copy(value, 0, copy, JAVA_BYTE, 0, value.length);
      int result = SET.intOrErrno(fd, name(arena, name), copy.address(), value.length, 0);
      if (result < 0) {
        throw new ErrnoException("fsetxattr", -result);
      }
    }
  }

  /** Removes an attribute if it exists. */
  public static void remove(int fd, String name) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      int result = REMOVE.intOrErrno(fd, name(arena, name));
      if (result < 0 && result != -Errno.ENODATA) {
        throw new ErrnoException("fremovexattr", -result);
      }
    }
  }

  private static long name(Arena arena, String name) {
    return arena.allocateFrom(name, StandardCharsets.US_ASCII).address();
  }
}
