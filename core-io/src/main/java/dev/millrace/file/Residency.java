package dev.millrace.file;

import java.util.Arrays;

/**
 * What of one file was in memory a moment ago, so that many who send it do not all ask. One thread
 * only.
 *
 * <p>Pages that have just been seen in memory are taken to be there for 20 ms more: the kernel
 * drops first what was not touched for long. Should it have dropped them all the same, sending them
 * waits for the disk, as it would if they had been dropped between the question and the call.
 */
public final class Residency {
  /** How long what was seen is believed. */
  static final long TRUST_NANOS = 20_000_000L;

  static final int BLOCK_BYTES = 256 << 10;

  /** Blocks remembered of a large file; those beyond share places. */
  private static final int MOST_SLOTS = 64;

  private final Look look;
  private final long[] blocks;
  private final long[] seenNanos;

  /** Asks the kernel, as {@link PageCache#residentBytes}. */
  @FunctionalInterface
  interface Look {
    long residentBytes(int fd, long position, long count);
  }

  /**
   * Nothing is known yet.
   *
   * @param sizeBytes of the file, about
   */
  public Residency(long sizeBytes) {
    this(sizeBytes, PageCache::residentBytes);
  }

  Residency(long sizeBytes, Look look) {
    this.look = look;
    long inAll = Math.min(MOST_SLOTS, sizeBytes / BLOCK_BYTES + 1);
    int slots = Integer.highestOneBit((int) inAll); // a power of two
    blocks = new long[slots];
    seenNanos = new long[slots];
    Arrays.fill(blocks, -1);
  }

  /**
   * How many bytes from a position on are in memory, or were a moment ago, or are beyond the file's
   * end.
   *
   * @param fd the file
   * @param count where to stop looking
   * @param nowNanos a clock's that only goes forward, as {@link System#nanoTime}
   * @return at most {@code count}; 0 if the first is not
   */
  public long residentBytes(int fd, long position, long count, long nowNanos) {
    long end = position + count;
    for (long at = position; at < end; at = (at / BLOCK_BYTES + 1) * BLOCK_BYTES) {
      long block = at / BLOCK_BYTES;
      if (!isTrusted(block, nowNanos) && !see(fd, block, nowNanos)) {
        return at - position + look.residentBytes(fd, at, end - at);
      }
    }
    return count;
  }

  private boolean isTrusted(long block, long nowNanos) {
    int slot = (int) (block & blocks.length - 1);
    return blocks[slot] == block && nowNanos - seenNanos[slot] < TRUST_NANOS;
  }

  private boolean see(int fd, long block, long nowNanos) {
    if (look.residentBytes(fd, block * BLOCK_BYTES, BLOCK_BYTES) < BLOCK_BYTES) {
      return false;
    }
    int slot = (int) (block & blocks.length - 1);
    blocks[slot] = block;
    seenNanos[slot] = nowNanos;
    return true;
  }
}
