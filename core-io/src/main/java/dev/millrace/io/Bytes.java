package dev.millrace.io;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Loads, stores and searches in byte arrays. Callers check ranges; so do arrays. */
final class Bytes {
  static final byte[] NONE = new byte[0];

  /** Byte i has the value i, so a single byte can be written as a range of this array. */
  static final byte[] EVERY = new byte[256];

  static {
    for (int i = 0; i < EVERY.length; i++) {
      EVERY[i] = (byte) i;
    }
  }

  private static final VarHandle SHORT_BIG = view(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle SHORT_LITTLE = view(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_BIG = view(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT_LITTLE = view(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG_BIG = view(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG_LITTLE = view(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long TOPS = 0x8080_8080_8080_8080L;

  private Bytes() {}

  private static VarHandle view(Class<?> arrayType, ByteOrder order) {
    return MethodHandles.byteArrayViewVarHandle(arrayType, order);
  }

  static short getShort(byte[] b, int at, ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN
        ? (short) SHORT_BIG.get(b, at)
        : (short) SHORT_LITTLE.get(b, at);
  }

  static int getInt(byte[] b, int at, ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN ? (int) INT_BIG.get(b, at) : (int) INT_LITTLE.get(b, at);
  }

  static long getLong(byte[] b, int at, ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN
        ? (long) LONG_BIG.get(b, at)
        : (long) LONG_LITTLE.get(b, at);
  }

  static void putShort(byte[] b, int at, short value, ByteOrder order) {
    (order == ByteOrder.BIG_ENDIAN ? SHORT_BIG : SHORT_LITTLE).set(b, at, value);
  }

  static void putInt(byte[] b, int at, int value, ByteOrder order) {
    (order == ByteOrder.BIG_ENDIAN ? INT_BIG : INT_LITTLE).set(b, at, value);
  }

  static void putLong(byte[] b, int at, long value, ByteOrder order) {
    (order == ByteOrder.BIG_ENDIAN ? LONG_BIG : LONG_LITTLE).set(b, at, value);
  }

  /** The unsigned integer of {@code n} bytes, 0 to 8, at {@code at}. */
  static long getVarInt(byte[] b, int at, int n, ByteOrder order) {
    long value = 0;
    for (int i = 0; i < n; i++) {
      int index = order == ByteOrder.BIG_ENDIAN ? at + i : at + n - 1 - i;
      value = value << 8 | (b[index] & 0xff);
    }
    return value;
  }

  /**
   * Index of the first {@code value} in {@code [from, to)}, or -1. Compares eight bytes at a time:
   * xor makes a byte equal to {@code value} zero, and subtracting one from every byte sets the top
   * bit of the lowest zero byte. A borrow may set higher bits, so only the lowest counts.
   */
  static int indexOf(byte[] b, int from, int to, byte value) {
    long pattern = (value & 0xff) * ONES;
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONG_LITTLE.get(b, i) ^ pattern;
      long hits = (word - ONES) & ~word & TOPS;
      if (hits != 0) {
        return i + (Long.numberOfTrailingZeros(hits) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (b[i] == value) {
        return i;
      }
    }
    return -1;
  }
}
