package dev.millrace.io;

/** Integers in seven-bit groups, lowest first. The top bit of a byte marks that another follows. */
final class Leb128 {
  private static final int GROUP = 7;
  private static final int MORE = 0x80;
  private static final int SIGN = 0x40;

  private Leb128() {}

  static void writeUnsigned(Writer w, long value) throws WriteFailedException {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      w.writeByte((int) rest | MORE);
      rest >>>= GROUP;
    }
    w.writeByte((int) rest);
  }

  static void writeSigned(Writer w, long value) throws WriteFailedException {
    long rest = value;
    // The last group must contain the sign in its top bit.
    while (rest < -SIGN || rest >= SIGN) {
      w.writeByte((int) rest | MORE);
      rest >>= GROUP;
    }
    w.writeByte((int) rest & ~MORE);
  }

  static long takeUnsigned(Reader r, int bits)
      throws EndOfStreamException, ReadFailedException, OverflowException {
    checkBits(bits);
    long value = 0;
    boolean fits = true;
    int shift = 0;
    int b;
    do {
      b = r.takeByte();
      long group = b & 0x7f;
      if (shift < Long.SIZE) {
        value |= group << shift;
        fits &= group << shift >>> shift == group;
      } else {
        fits &= group == 0;
      }
      shift = Math.min(shift + GROUP, Long.SIZE);
    } while ((b & MORE) != 0);
    if (!fits || (bits < Long.SIZE && value >>> bits != 0)) {
      throw overflow(bits);
    }
    return value;
  }

  static long takeSigned(Reader r, int bits)
      throws EndOfStreamException, ReadFailedException, OverflowException {
    checkBits(bits);
    long value = 0;
    boolean fits = true;
    int shift = 0;
    int b;
    do {
      b = r.takeByte();
      long group = b & 0x7f;
      if (shift < Long.SIZE) {
        value |= group << shift;
      }
      if (shift >= Long.SIZE - 1) {
        // Only the lowest bit of the group counts, or none; the others must repeat the sign.
        fits &= group == ((value >> (Long.SIZE - 1)) & 0x7f);
      }
      shift = Math.min(shift + GROUP, Long.SIZE);
    } while ((b & MORE) != 0);
    value = value << (Long.SIZE - shift) >> (Long.SIZE - shift);
    if (!fits || value << (Long.SIZE - bits) >> (Long.SIZE - bits) != value) {
      throw overflow(bits);
    }
    return value;
  }

  private static void checkBits(int bits) {
    if (bits < 1 || bits > Long.SIZE) {
      throw new IllegalArgumentException("bits must be 1 to 64, was " + bits);
    }
  }

  private static OverflowException overflow(int bits) {
    return new OverflowException("a LEB128 integer does not fit " + bits + " bits");
  }
}
