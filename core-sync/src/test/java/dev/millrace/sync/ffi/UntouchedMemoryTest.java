package dev.millrace.sync.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class UntouchedMemoryTest {
  private static final long BYTES = 256 << 20;

  private static long residentBytes() throws IOException {
    String statm = Files.readString(Path.of("/proc/self/statm"));
    return Long.parseLong(statm.split(" ")[1]) * 4096;
  }

  @Test
  void itTakesNoRoomUntilItIsWrittenToAndEndsWithItsArena() throws IOException {
    Arena arena = Arena.ofConfined();
    long before = residentBytes();
    MemorySegment memory = Native.untouched(BYTES, 4096, arena);
    try (arena) {
      assertTrue(residentBytes() - before < BYTES / 4, "it is resident");
      assertEquals(BYTES, memory.byteSize());
      assertEquals(0, memory.address() % 4096);
      assertEquals(0, memory.get(JAVA_BYTE, BYTES - 1));
      memory.set(JAVA_BYTE, BYTES - 1, (byte) 7);
      assertEquals(7, memory.get(JAVA_BYTE, BYTES - 1));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.get(JAVA_BYTE, BYTES));
    }
    assertThrows(IllegalStateException.class, () -> memory.get(JAVA_BYTE, 0));
  }
}
