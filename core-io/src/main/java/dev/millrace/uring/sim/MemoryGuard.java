package dev.millrace.uring.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Watches the memory that is the kernel's while an operation is in flight.
 *
 * <p>What the kernel may fill is overwritten with a pattern when the operation begins and must
 * still hold it when it ends; what the kernel may send must not have changed. So a program that
 * reads too early sees rubbish, and one that reuses memory too early is caught. Two operations may
 * not have the same memory if one of them fills it, and released memory must be nobody's.
 */
final class MemoryGuard {
  static final byte PATTERN = (byte) 0xa5;

  private final List<Operation> pins = new ArrayList<>();
  private final List<MemorySegment> released = new ArrayList<>();

  void pin(Operation operation) {
    MemorySegment memory = operation.memory();
    if (memory.byteSize() == 0) {
      return;
    }
    for (MemorySegment gone : released) {
      if (overlap(gone, memory)) {
        throw new MisuseError(operation + " names memory that was released");
      }
    }
    for (Operation other : pins) {
      if ((operation.fills() || other.fills()) && overlap(other.memory(), memory)) {
        throw new MisuseError(operation + " names memory of " + other + ", which is in flight");
      }
    }
    if (operation.fills()) {
      memory.fill(PATTERN);
    } else if (isContent(operation)) {
      operation.contentAtStart = memory.toArray(JAVA_BYTE);
    }
    pins.add(operation);
    operation.pinned = true;
  }

  /** The operation ends, or fills the first {@code bytes} of its memory now. */
  void verify(Operation operation) {
    if (!operation.pinned) {
      return;
    }
    MemorySegment memory = operation.memory();
    if (operation.fills()) {
      checkPattern(memory.asSlice(Math.min(operation.moved, memory.byteSize())), operation);
    } else if (isContent(operation)
        && memory.mismatch(MemorySegment.ofArray(operation.contentAtStart)) >= 0) {
      throw new MisuseError(operation + ": its memory was changed while in flight");
    }
  }

  void unpin(Operation operation) {
    if (operation.pinned) {
      pins.remove(operation);
      operation.pinned = false;
    }
  }

  /** A word that others change is no content. */
  private static boolean isContent(Operation operation) {
    return switch (operation.kind) {
      case FUTEX_WAIT -> false;
      default -> true;
    };
  }

  /** All of it holds the pattern, or somebody wrote to what was the kernel's. */
  static void checkPattern(MemorySegment memory, Object owner) {
    for (long i = 0; i < memory.byteSize(); i++) {
      if (memory.get(JAVA_BYTE, i) != PATTERN) {
        throw new MisuseError(owner + ": its memory was written to at " + i + " while in flight");
      }
    }
  }

  void release(MemorySegment memory, Iterable<Operation> inFlight) {
    for (Operation operation : inFlight) {
      if (overlap(operation.memory(), memory)) {
        throw new MisuseError("memory released while " + operation + " is in flight");
      }
    }
    released.add(memory);
  }

  /** The memory is used anew. */
  void reuse(MemorySegment memory) {
    released.removeIf(gone -> overlap(gone, memory));
  }

  private static boolean overlap(MemorySegment one, MemorySegment other) {
    return one.address() < other.address() + other.byteSize()
        && other.address() < one.address() + one.byteSize();
  }
}
