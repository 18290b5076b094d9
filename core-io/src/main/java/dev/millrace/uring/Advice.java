package dev.millrace.uring;

/** Values of {@link Ring#prepFadvise} (posix_fadvise(2)). */
public final class Advice {
  public static final int FADV_NORMAL = 0;
  public static final int FADV_RANDOM = 1;
  public static final int FADV_SEQUENTIAL = 2;

  /** The range will be read soon: the kernel begins to read it. */
  public static final int FADV_WILLNEED = 3;

  /** The range will not be read soon: the kernel may drop it from memory. */
  public static final int FADV_DONTNEED = 4;

  private Advice() {}
}
