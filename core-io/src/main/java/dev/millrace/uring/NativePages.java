package dev.millrace.uring;

import dev.millrace.sync.ffi.CFunction;
import java.lang.foreign.MemorySegment;

/** The pages of native memory. Any thread. */
public final class NativePages {
  private static final CFunction MADVISE = CFunction.ofLibc("madvise");
  private static final CFunction SYSCONF = CFunction.ofLibc("sysconf");
  private static final int MADV_DONTNEED = 4;
  private static final int SC_PAGESIZE = 30;
  private static final long PAGE_BYTES = SYSCONF.call(SC_PAGESIZE);

  private NativePages() {}

  /**
   * Gives the pages that lie completely in a segment back to the system (madvise(2),
   * MADV_DONTNEED). The memory stays allocated; the bytes of those pages are zero afterwards.
   *
   * @param memory anonymous memory that nothing uses, also not the kernel
   */
  public static void release(MemorySegment memory) {
    long first = -Math.floorDiv(-memory.address(), PAGE_BYTES) * PAGE_BYTES;
    long end = Math.floorDiv(memory.address() + memory.byteSize(), PAGE_BYTES) * PAGE_BYTES;
    if (first < end) {
      var _ = MADVISE.call(first, end - first, MADV_DONTNEED); // advice: a failure changes nothing
    }
  }
}
