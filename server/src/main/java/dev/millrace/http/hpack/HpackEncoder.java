package dev.millrace.http.hpack;

import java.util.Arrays;
import java.util.Locale;

/**
 * Writes header blocks that do not use the dynamic table (RFC 7541 §6.2.2), so that a block can be
 * kept and sent on any connection. A field is an entry of the static table, or a literal without
 * Huffman coding, whose octets can be replaced in place. One thread only.
 */
public final class HpackEncoder {
  private static final int MAX_BYTES = 1 << 20;
  private static final int INDEXED = 0x80;
  private static final int STATUS_200 = 8;

  private byte[] bytes = new byte[1 << 10];
  private int length;

  public HpackEncoder() {}

  /** Starts a new block. */
  public void reset() {
    length = 0;
  }

  /** The block; its first {@link #length} bytes are valid until the next call. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  /** Adds the pseudo-field of a response. */
  public void status(int status) {
    field(STATUS_200, String.valueOf(status));
  }

  /**
   * Adds a field.
   *
   * @param name in any case
   * @param value one character an octet, without octets that are invalid in values
   * @throws IllegalStateException if the block exceeds 1 MiB
   */
  public void field(String name, String value) {
    Integer index = StaticTable.indexOf(name);
    if (index == null) {
      String lowerCase = name.toLowerCase(Locale.ROOT);
      index = StaticTable.indexOf(lowerCase);
      if (index == null) {
        add(0);
        string(lowerCase);
        string(value);
        return;
      }
    }
    field(index.intValue(), value);
  }

  private void field(int first, String value) {
    for (int index = first; StaticTable.isSameName(first, index); index++) {
      if (!value.isEmpty() && StaticTable.hasValue(index, value)) {
        add(INDEXED | index);
        return;
      }
    }
    integer(0, 4, first);
    string(value);
  }

  @SuppressWarnings("deprecation") // writes the low octet of each character
  private void string(String text) {
    int size = text.length();
    integer(0, 7, size);
    makeRoom(size);
    text.getBytes(0, size, bytes, length);
    length += size;
  }

  private void integer(int flags, int bits, int value) {
    int mask = (1 << bits) - 1;
    if (value < mask) {
      add(flags | value);
      return;
    }
    add(flags | mask);
    int rest = value - mask;
    while (rest >= 0x80) {
      add((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    add(rest);
  }

  private void add(int octet) {
    makeRoom(1);
    bytes[length++] = (byte) octet;
  }

  private void makeRoom(int more) {
    if (bytes.length - length < more) {
      if (length + more > MAX_BYTES) {
        throw new IllegalStateException("a header block exceeds " + MAX_BYTES + " bytes");
      }
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
