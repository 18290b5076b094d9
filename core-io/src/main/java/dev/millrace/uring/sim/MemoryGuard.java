package dev.millrace.uring.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that the program does not touch the memory of operations in flight.
 *
 * <p>Memory that the kernel may fill is overwritten with a pattern when the operation starts, and
 * must still contain it when the operation ends. Memory that the kernel sends must not change. So a
 * program that reads too early reads garbage, and one that reuses memory too early is detected.
 * Operations must not share memory if one of them fills it, and no operation may use released
 * memory.
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
        throw new MisuseError(operation + " uses memory that was released");
      }
    }
    for (Operation other : pins) {
      if ((operation.fills() || other.fills()) && overlap(other.memory(), memory)) {
        throw new MisuseError(operation + " uses memory of " + other + ", which is in flight");
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

  /** Called when the operation ends, or fills the first {@code bytes} of its memory. */
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

  /** A futex word may change while the operation is in flight. */
  private static boolean isContent(Operation operation) {
    return switch (operation.kind) {
      case FUTEX_WAIT -> false;
      default -> true;
    };
  }

  /** Throws unless all bytes equal the pattern, that is, if the program wrote to the memory. */
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

  /** Ends the release of memory that is used again. */
  void reuse(MemorySegment memory) {
    released.removeIf(gone -> overlap(gone, memory));
  }

  private static boolean overlap(MemorySegment one, MemorySegment other) {
    return one.address() < other.address() + other.byteSize()
        && other.address() < one.address() + one.byteSize();
  }
}
