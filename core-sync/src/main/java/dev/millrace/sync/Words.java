package dev.millrace.sync;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Atomic access to native words by address, for the primitives' fast paths.
 *
 * <p>An address is not checked and does not keep its memory alive: the caller holds the {@link
 * WordSlab} segment and ends with {@link java.lang.ref.Reference#reachabilityFence}. Words are
 * naturally aligned. Each method is the {@link VarHandle} mode of the same name.
 */
final class Words {
  // One constant segment over the whole address space. The compiler then knows its bounds, scope
  // and base, so an access is a single instruction. A segment per lock would add three dependent
  // loads and a liveness check to every lock().
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  static final VarHandle INT = JAVA_INT.varHandle().withInvokeExactBehavior();
  static final VarHandle LONG = JAVA_LONG.varHandle().withInvokeExactBehavior();

  /** Offset of the lower four bytes of a long. */
  static final int LOWER_HALF_OFFSET = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 4;

  private Words() {}

  static int getOpaque(long address) {
    return (int) INT.getOpaque(MEMORY, address);
  }

  static int getAcquire(long address) {
    return (int) INT.getAcquire(MEMORY, address);
  }

  static int getVolatile(long address) {
    return (int) INT.getVolatile(MEMORY, address);
  }

  static boolean compareAndSet(long address, int expected, int value) {
    return INT.compareAndSet(MEMORY, address, expected, value);
  }

  // The volatile read-modify-writes below are one instruction each on x86-64, whereas HotSpot
  // compiles getAndSetRelease and getAndAddAcquire to compare-and-set loops.

  static int getAndSet(long address, int value) {
    return (int) INT.getAndSet(MEMORY, address, value);
  }

  static int getAndAdd(long address, int delta) {
    return (int) INT.getAndAdd(MEMORY, address, delta);
  }

  static long getLongOpaque(long address) {
    return (long) LONG.getOpaque(MEMORY, address);
  }

  static long getLongAcquire(long address) {
    return (long) LONG.getAcquire(MEMORY, address);
  }

  static long getLongVolatile(long address) {
    return (long) LONG.getVolatile(MEMORY, address);
  }

  static void setLongOpaque(long address, long value) {
    LONG.setOpaque(MEMORY, address, value);
  }

  static long getAndSetLong(long address, long value) {
    return (long) LONG.getAndSet(MEMORY, address, value);
  }

  static boolean compareAndSetLong(long address, long expected, long value) {
    return LONG.compareAndSet(MEMORY, address, expected, value);
  }
}
