package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.uring.abi.Structs;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Provided buffers: the kernel picks one when data arrives, so an idle connection holds none
 * (io_uring_setup_buf_ring(3)).
 *
 * <p>A completion carries the id of its buffer; the receiver of the bytes returns it by {@link
 * #recycle}. Ring thread only, unless a method says otherwise.
 */
public final class BufferRing {
  private static final VarHandle TAIL = JAVA_SHORT.varHandle();
  private static final VarHandle FREE = freeHandle();

  private final MemorySegment ring;
  private final MemorySegment memory;
  private final int entries;
  private final int bufferBytes;
  private final int group;
  private int tail;
  private int free;

  /**
   * @param ring {@code entries} times 16 bytes, page-aligned
   * @param memory {@code entries} times {@code bufferBytes}
   */
  BufferRing(MemorySegment ring, MemorySegment memory, int entries, int bufferBytes, int group) {
    this.ring = ring;
    this.memory = memory;
    this.entries = entries;
    this.bufferBytes = bufferBytes;
    this.group = group;
    for (int id = 0; id < entries; id++) {
      put(id);
    }
    publish();
  }

  /** The group id by which operations select this ring. */
  public int group() {
    return group;
  }

  /** Size of each buffer in bytes. */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** Number of buffers that the kernel may still pick. Any thread. */
  public int free() {
    return (int) FREE.getOpaque(this);
  }

  /** Total number of buffers. */
  public int entries() {
    return entries;
  }

  private static VarHandle freeHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(BufferRing.class, "free", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("no such field", impossible);
    }
  }

  /** The memory of all buffers; buffer {@code id} begins at {@link #offset}. */
  public MemorySegment memory() {
    return memory;
  }

  /** The offset of a buffer in {@link #memory()}. */
  public long offset(int id) {
    return (long) id * bufferBytes;
  }

  /** Records that a completion carried a buffer; the caller owns it until it is recycled. */
  public void taken() {
    FREE.setOpaque(this, free - 1);
    assert free >= 0 : "more buffers taken than there are";
  }

  /** Returns a buffer to the kernel, which may fill it at once. */
  public void recycle(int id) {
    put(id);
    publish();
  }

  private void put(int id) {
    long entry = (tail & (entries - 1)) * Structs.BUF.byteSize();
    ring.set(JAVA_LONG, entry + Structs.BUF_ADDR, memory.address() + offset(id));
    ring.set(JAVA_INT, entry + Structs.BUF_LEN, bufferBytes);
    ring.set(JAVA_SHORT, entry + Structs.BUF_BID, (short) id);
    tail++;
    FREE.setOpaque(this, free + 1);
    assert free <= entries : "a buffer was recycled twice";
  }

  private void publish() {
    TAIL.setRelease(ring, Structs.BUF_RING_TAIL, (short) tail);
  }
}
