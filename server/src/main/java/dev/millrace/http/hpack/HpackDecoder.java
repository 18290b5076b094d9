package dev.millrace.http.hpack;

/**
 * Decodes the header blocks of one connection (RFC 7541), strictly. Nothing is allocated except for
 * entries of the dynamic table. One thread only.
 */
public final class HpackDecoder {
  /** No length or index of a valid block is larger. */
  private static final int MAX_INTEGER = 1 << 28;

  /** More size updates at the start of a block have no purpose (RFC 7541 §4.2). */
  private static final int MAX_SIZE_UPDATES = 2;

  private final int maxTableBytes;
  private final int maxListBytes;
  private final HpackScratch scratch;
  private final DynamicTable table;
  private long tableVersion;

  // The block being decoded, and the present field in it.
  private int at;
  private int end;
  private byte[] string = {};
  private int stringFrom;
  private int stringTo;

  /**
   * @param maxTableBytes the size of the dynamic table that SETTINGS announces
   * @param maxListBytes maximum size of a block's fields: name, value and 32 bytes each
   */
  public HpackDecoder(int maxTableBytes, int maxListBytes) {
    this(maxTableBytes, maxListBytes, new HpackScratch());
  }

  /** Shares memory for strings with the other decoders of a thread. */
  public HpackDecoder(int maxTableBytes, int maxListBytes, HpackScratch scratch) {
    this.maxTableBytes = maxTableBytes;
    this.maxListBytes = maxListBytes;
    this.scratch = scratch;
    this.table = new DynamicTable(maxTableBytes);
  }

  /**
   * A number that changes with the dynamic table: blocks with equal bytes decode to equal fields
   * while it stays the same.
   */
  public long tableVersion() {
    return tableVersion;
  }

  /** The present size of the dynamic table (RFC 7541 §4.1). */
  public int tableBytes() {
    return table.bytes();
  }

  /**
   * Decodes a complete block. The fields beyond the maximum size are decoded, because they may
   * change the dynamic table, but not passed on.
   *
   * @return whether all fields were passed on
   */
  public boolean decode(byte[] block, int from, int to, FieldSink sink) throws HpackException {
    at = from;
    end = to;
    int updates = 0;
    boolean fields = false;
    long listBytes = 0;
    byte[] decoded = scratch.atLeast(2 * Huffman.maxBytes(to - from));
    while (at < to) {
      int first = block[at];
      if ((first & 0xe0) == 0x20) {
        if (fields || ++updates > MAX_SIZE_UPDATES) {
          throw new HpackException("a table size update that is not at the start of a block");
        }
        resize(integer(block, 5));
        continue;
      }
      fields = true;
      listBytes += field(block, first, decoded, sink, listBytes);
    }
    return listBytes <= maxListBytes;
  }

  private void resize(int bytes) throws HpackException {
    if (bytes > maxTableBytes) {
      throw new HpackException("a table of " + bytes + " bytes");
    }
    table.resize(bytes);
    tableVersion++;
  }

  /** Decodes one field; returns what it adds to the size of the list. */
  private int field(byte[] block, int first, byte[] decoded, FieldSink sink, long before)
      throws HpackException {
    if (first < 0) { // the high bit: an indexed field
      return indexed(integer(block, 7), sink, before);
    }
    boolean adds = (first & 0x40) != 0;
    int index = integer(block, adds ? 6 : 4);
    byte[] name;
    int nameFrom;
    int nameTo;
    int used = 0;
    if (index == 0) {
      used = string(block, decoded, 0);
      name = string;
      nameFrom = stringFrom;
      nameTo = stringTo;
    } else if (index <= StaticTable.SIZE) {
      name = StaticTable.name(index);
      nameFrom = 0;
      nameTo = name.length;
    } else {
      int entry = entry(index);
      name = table.entry(entry);
      nameFrom = 0;
      nameTo = table.nameLength(entry);
    }
    var _ = string(block, decoded, used);
    int nameLength = nameTo - nameFrom;
    int valueLength = stringTo - stringFrom;
    int size = nameLength + valueLength + DynamicTable.ENTRY_BYTES;
    if (before + size <= maxListBytes) {
      sink.field(name, nameFrom, nameTo, string, stringFrom, stringTo);
    }
    if (adds) {
      // Copied before the eviction, which may remove the entry with the name.
      byte[] entry = new byte[nameLength + valueLength];
      System.arraycopy(name, nameFrom, entry, 0, nameLength);
      System.arraycopy(string, stringFrom, entry, nameLength, valueLength);
      table.add(entry, nameLength);
      tableVersion++;
    }
    return size;
  }

  private int indexed(int index, FieldSink sink, long before) throws HpackException {
    if (index == 0) {
      throw new HpackException("index 0");
    }
    if (index <= StaticTable.SIZE) {
      byte[] name = StaticTable.name(index);
      byte[] value = StaticTable.value(index);
      int size = name.length + value.length + DynamicTable.ENTRY_BYTES;
      if (before + size <= maxListBytes) {
        sink.field(name, 0, name.length, value, 0, value.length);
      }
      return size;
    }
    int slot = entry(index);
    byte[] entry = table.entry(slot);
    int nameLength = table.nameLength(slot);
    int size = entry.length + DynamicTable.ENTRY_BYTES;
    if (before + size <= maxListBytes) {
      sink.field(entry, 0, nameLength, entry, nameLength, entry.length);
    }
    return size;
  }

  private int entry(int index) throws HpackException {
    int entry = index - StaticTable.SIZE - 1;
    if (entry >= table.count()) {
      throw new HpackException("index " + index + " beyond the tables");
    }
    return entry;
  }

  /** An integer whose first octet has so many bits of it (RFC 7541 §5.1). */
  private int integer(byte[] block, int bits) throws HpackException {
    int mask = (1 << bits) - 1;
    int value = block[at++] & mask;
    if (value < mask) {
      return value;
    }
    for (int shift = 0; shift <= 28; shift += 7) {
      if (at == end) {
        throw new HpackException("a truncated integer");
      }
      int octet = block[at++];
      long sum = value + ((long) (octet & 0x7f) << shift);
      if (sum > MAX_INTEGER) {
        break;
      }
      value = (int) sum;
      if (octet >= 0) {
        return value;
      }
    }
    throw new HpackException("an integer that is too large");
  }

  /**
   * A string (RFC 7541 §5.2), which stays in the block unless it is Huffman-coded.
   *
   * @param used octets of {@code decoded} that are in use
   * @return octets of {@code decoded} in use after it
   */
  private int string(byte[] block, byte[] decoded, int used) throws HpackException {
    if (at == end) {
      throw new HpackException("a truncated field");
    }
    boolean huffman = block[at] < 0;
    int length = integer(block, 7);
    if (length > end - at) {
      throw new HpackException("a truncated string");
    }
    int from = at;
    at += length;
    if (!huffman) {
      string = block;
      stringFrom = from;
      stringTo = at;
      return used;
    }
    int to = Huffman.decode(block, from, at, decoded, used);
    if (to < 0) {
      throw new HpackException("an invalid Huffman code");
    }
    string = decoded;
    stringFrom = used;
    stringTo = to;
    return to;
  }
}
