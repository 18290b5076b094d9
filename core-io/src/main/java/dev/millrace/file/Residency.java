package dev.millrace.file;

import java.util.Arrays;

/**
 * Which blocks of one file are resident, cached briefly so that not every sender probes. One thread
 * only.
 *
 * <p>A block whose samples were all resident is trusted for 100 ms after it was probed or sent, and
 * for at most a second after it was probed, because the kernel evicts least recently used pages
 * first. If the kernel evicted the block nevertheless, sending it waits for the disk, as it would
 * after an eviction between probe and send. A sender that notices the delay calls {@link
 * #invalidate}.
 *
 * <p>A block with a sample that was not resident is cold as a whole for 100 ms, and the ring reads
 * it. The reason is the probe itself: the failed preadv2(2) makes the kernel read 16 KiB ahead from
 * the sample. A second probe would find the sample resident but not the rest of its 64 KiB, and
 * sendfile(2) of that range would wait for the disk.
 */
public final class Residency {
  /** How long a block is trusted after a probe or a send, and how long it stays cold. */
  static final long TRUST_NANOS = 100_000_000L;

  /** How long a block is trusted after a probe at most. */
  static final long MAX_TRUST_NANOS = 10 * TRUST_NANOS;

  static final int BLOCK_BYTES = 256 << 10;

  /** After this many resident bytes in a row, only both ends of the next range are probed. */
  static final int CONFIDENT_BYTES = 4 << 20;

  /** Maximum of cached blocks; the blocks of larger files share the slots. */
  private static final int MAX_SLOTS = 64;

  private final Look look;
  private final long[] blocks;
  private final boolean[] cold;
  private final long[] probedNanos;
  private final long[] usedNanos;

  /** Contiguous resident bytes up to the last probed block. */
  private long runBytes;

  /** Probes the page cache, as {@link PageCache#residentBytes}. */
  @FunctionalInterface
  interface Look {
    long residentBytes(int fd, long position, long count);
  }

  /**
   * @param sizeBytes approximate size of the file
   */
  public Residency(long sizeBytes) {
    this(sizeBytes, PageCache::residentBytes);
  }

  Residency(long sizeBytes, Look look) {
    this.look = look;
    long inAll = Math.min(MAX_SLOTS, sizeBytes / BLOCK_BYTES + 1);
    int slots = Integer.highestOneBit((int) inAll); // a power of two
    blocks = new long[slots];
    cold = new boolean[slots];
    probedNanos = new long[slots];
    usedNanos = new long[slots];
    Arrays.fill(blocks, -1);
  }

  /** Discards blocks found resident; cold blocks stay cold. */
  public void invalidate() {
    runBytes = 0;
    for (int slot = 0; slot < blocks.length; slot++) {
      if (!cold[slot]) {
        blocks[slot] = -1;
      }
    }
  }

  /**
   * Counts the bytes from a position that sendfile(2) sends without waiting for a disk. Bytes
   * beyond the end of the file count. The caller sends the counted bytes now.
   *
   * @param fd the file
   * @param count maximum to count
   * @param nowNanos of a monotonic clock, as {@link System#nanoTime}
   * @return at most {@code count}; 0 if the block of the position is cold
   */
  public long residentBytes(int fd, long position, long count, long nowNanos) {
    long end = position + count;
    for (long at = position; at < end; at = (at / BLOCK_BYTES + 1) * BLOCK_BYTES) {
      long block = at / BLOCK_BYTES;
      if (isTrusted(block, nowNanos)) {
        continue;
      }
      if (isCold(block, nowNanos)) {
        return at - position;
      }
      if (runBytes >= CONFIDENT_BYTES) {
        long coldBlock = coldEnd(fd, at, end);
        if (coldBlock < 0) {
          for (long whole = -Math.floorDiv(-at, BLOCK_BYTES); whole < end / BLOCK_BYTES; whole++) {
            remember(whole, false, nowNanos);
          }
          return count;
        }
        runBytes = 0;
        remember(coldBlock, true, nowNanos);
        if (coldBlock == block) {
          return at - position;
        }
      }
      if (look.residentBytes(fd, block * BLOCK_BYTES, BLOCK_BYTES) < BLOCK_BYTES) {
        runBytes = 0;
        remember(block, true, nowNanos);
        return at - position;
      }
      runBytes += BLOCK_BYTES;
      remember(block, false, nowNanos);
    }
    return count;
  }

  /**
   * Probes both ends of a range; returns the block of the first end that is not resident, or -1.
   */
  private long coldEnd(int fd, long position, long end) {
    if (look.residentBytes(fd, position, 1) == 0) {
      return position / BLOCK_BYTES;
    }
    return look.residentBytes(fd, end - 1, 1) == 0 ? (end - 1) / BLOCK_BYTES : -1;
  }

  private boolean isTrusted(long block, long nowNanos) {
    int slot = slot(block);
    if (blocks[slot] != block
        || cold[slot]
        || nowNanos - usedNanos[slot] >= TRUST_NANOS
        || nowNanos - probedNanos[slot] >= MAX_TRUST_NANOS) {
      return false;
    }
    usedNanos[slot] = nowNanos;
    return true;
  }

  private boolean isCold(long block, long nowNanos) {
    int slot = slot(block);
    return blocks[slot] == block && cold[slot] && nowNanos - probedNanos[slot] < TRUST_NANOS;
  }

  private void remember(long block, boolean isCold, long nowNanos) {
    int slot = slot(block);
    blocks[slot] = block;
    cold[slot] = isCold;
    probedNanos[slot] = nowNanos;
    usedNanos[slot] = nowNanos;
  }

  private int slot(long block) {
    return (int) (block & blocks.length - 1);
  }
}
