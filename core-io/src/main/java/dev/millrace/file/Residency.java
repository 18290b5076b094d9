package dev.millrace.file;

import java.util.Arrays;

/**
 * What of one file was in memory a moment ago, so that many who send it do not all ask. One thread
 * only.
 *
 * <p>Pages that were seen in memory, or sent after that, in the last 100 ms are taken to be there
 * still, up to a second after they were seen: the kernel drops first what was not touched for long.
 * Should it have dropped them all the same, sending them waits for the disk, as it would if they
 * had been dropped between the question and the call; whoever notices says so by {@link #doubt}.
 */
public final class Residency {
  /** How long what was seen, or asked for since, is believed. */
  static final long TRUST_NANOS = 100_000_000L;

  /** How long what was seen is believed at most. */
  static final long MOST_TRUST_NANOS = 10 * TRUST_NANOS;

  static final int BLOCK_BYTES = 256 << 10;

  /** How much in a row has to be there for the next to be looked at less closely. */
  static final int CONFIDENT_BYTES = 4 << 20;

  /** Blocks remembered of a large file; those beyond share places. */
  private static final int MOST_SLOTS = 64;

  private final Look look;
  private final long[] blocks;
  private final long[] seenNanos;
  private final long[] askedNanos;
  private long inRowBytes;

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
    askedNanos = new long[slots];
    doubt();
  }

  /** Nothing that was seen is believed any more. */
  public void doubt() {
    inRowBytes = 0;
    Arrays.fill(blocks, -1);
  }

  /**
   * How many bytes from a position on are in memory, or were a moment ago, or are beyond the file's
   * end.
   *
   * <p>What it says is there is taken to be sent now.
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
      if (isTrusted(block, nowNanos)) {
        continue;
      }
      if (inRowBytes >= CONFIDENT_BYTES && hasEnds(fd, at, end)) {
        for (long whole = -Math.floorDiv(-at, BLOCK_BYTES); whole < end / BLOCK_BYTES; whole++) {
          remember(whole, nowNanos);
        }
        return count;
      }
      if (look.residentBytes(fd, block * BLOCK_BYTES, BLOCK_BYTES) < BLOCK_BYTES) {
        inRowBytes = 0;
        return at - position + look.residentBytes(fd, at, end - at);
      }
      inRowBytes += BLOCK_BYTES;
      remember(block, nowNanos);
    }
    return count;
  }

  private boolean hasEnds(int fd, long position, long end) {
    return look.residentBytes(fd, position, 1) == 1 && look.residentBytes(fd, end - 1, 1) == 1;
  }

  private boolean isTrusted(long block, long nowNanos) {
    int slot = (int) (block & blocks.length - 1);
    if (blocks[slot] != block
        || nowNanos - askedNanos[slot] >= TRUST_NANOS
        || nowNanos - seenNanos[slot] >= MOST_TRUST_NANOS) {
      return false;
    }
    askedNanos[slot] = nowNanos;
    return true;
  }

  private void remember(long block, long nowNanos) {
    int slot = (int) (block & blocks.length - 1);
    blocks[slot] = block;
    seenNanos[slot] = nowNanos;
    askedNanos[slot] = nowNanos;
  }
}
