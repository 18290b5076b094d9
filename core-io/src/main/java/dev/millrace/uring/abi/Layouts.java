package dev.millrace.uring.abi;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/** Checks shared by the layout classes. */
final class Layouts {
  private Layouts() {}

  /** Returns the layout; throws at class initialisation if its size differs from the C struct. */
  static StructLayout sized(long expectedBytes, StructLayout layout) {
    if (layout.byteSize() != expectedBytes) {
      throw new AssertionError(
          "struct "
              + layout.name().orElse("?")
              + ": "
              + layout.byteSize()
              + " bytes, the header says "
              + expectedBytes);
    }
    return layout;
  }

  /** Offset in bytes of a field, named as in the header. */
  static long offset(MemoryLayout layout, String field) {
    return layout.byteOffset(PathElement.groupElement(field));
  }
}
