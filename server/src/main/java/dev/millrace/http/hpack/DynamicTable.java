package dev.millrace.http.hpack;

import java.util.Arrays;

/**
 * The dynamic table of a decoder (RFC 7541 §2.3.2, §4). Its first entry is the newest one. Holds no
 * memory while it is empty.
 */
final class DynamicTable {
  /** What an entry counts beside its name and value (RFC 7541 §4.1). */
  static final int ENTRY_BYTES = 32;

  private static final byte[][] NONE = {};
  private static final byte[] NO_ENTRY = {};

  private byte[][] entries = NONE;
  private int[] nameLengths = {};

  /** Slot of the oldest entry; the others follow it, around the end of the array. */
  private int oldest;

  private int count;
  private int bytes;
  private int maxBytes;

  DynamicTable(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  int count() {
    return count;
  }

  int bytes() {
    return bytes;
  }

  private int slot(int index) {
    return (oldest + count - 1 - index) & (entries.length - 1);
  }

  /** The name and value of an entry, one after the other. */
  byte[] entry(int index) {
    return entries[slot(index)];
  }

  int nameLength(int index) {
    return nameLengths[slot(index)];
  }

  /** Changes the maximum size, which evicts the oldest entries beyond it. */
  void resize(int newMaxBytes) {
    maxBytes = newMaxBytes;
    evict(0);
  }

  /** Adds an entry. One that is larger than the table empties it (RFC 7541 §4.4). */
  void add(byte[] entry, int nameLength) {
    int size = entry.length + ENTRY_BYTES;
    evict(size);
    if (size > maxBytes) {
      return;
    }
    if (count == entries.length) {
      grow();
    }
    int slot = (oldest + count) & (entries.length - 1);
    entries[slot] = entry;
    nameLengths[slot] = nameLength;
    count++;
    bytes += size;
  }

  private void evict(int room) {
    while (count > 0 && bytes + room > maxBytes) {
      bytes -= entries[oldest].length + ENTRY_BYTES;
      entries[oldest] = NO_ENTRY;
      oldest = (oldest + 1) & (entries.length - 1);
      count--;
    }
    if (count == 0) {
      entries = NONE;
      nameLengths = new int[0];
      oldest = 0;
    }
  }

  private void grow() {
    int capacity = Math.max(8, 2 * entries.length); // a power of two
    byte[][] larger = new byte[capacity][];
    int[] lengths = new int[capacity];
    Arrays.fill(larger, NO_ENTRY);
    for (int i = 0; i < count; i++) {
      int slot = (oldest + i) & (entries.length - 1);
      larger[i] = entries[slot];
      lengths[i] = nameLengths[slot];
    }
    entries = larger;
    nameLengths = lengths;
    oldest = 0;
  }
}
