package dev.millrace.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The steady state allocates nothing, also where no compiler removes allocations. */
class AllocationTest {
  private static final int TIMES = 10_000;
  // Reading the counter and loading a last class may cost something; once is not each time.
  private static final long TOLERANCE_BYTES = TIMES / 2;

  private interface Operation {
    void run() throws Exception;
  }

  private static void assertAllocatesNothing(String what, Operation operation) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    operation.run();
    threads.getCurrentThreadAllocatedBytes();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < TIMES; i++) {
      operation.run();
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(bytes < TOLERANCE_BYTES, what + " allocated " + bytes + " bytes");
  }

  @Test
  void writingAndPrinting() throws Exception {
    Writer w = Writer.to(OutputStream.nullOutputStream(), 64);
    Span bytes = Span.of("some bytes".getBytes(US_ASCII));
    Padding padding = Padding.right(12);
    byte[] more = new byte[100];
    assertAllocatesNothing("writeByte", () -> w.writeByte(1));
    assertAllocatesNothing("writeAll", () -> w.writeAll(more, 0, 60));
    assertAllocatesNothing("printInt", () -> w.printInt(-123456789L));
    assertAllocatesNothing("padded", () -> w.printInt(255, 16, Case.LOWER, padding));
    assertAllocatesNothing("printHex", () -> w.printHex(bytes, Case.UPPER));
    assertAllocatesNothing("printBase64", () -> w.printBase64(bytes));
    assertAllocatesNothing("size", () -> w.printByteSize(123_456, ByteSizeUnits.BINARY, 2));
    assertAllocatesNothing("printDuration", () -> w.printDuration(3_723_004_005_006L));
    assertAllocatesNothing("printAscii", () -> w.printAscii("Content-Length: "));
    assertAllocatesNothing("printUtf8", () -> w.printUtf8("gr\u00fc\u00dfe"));
  }

  @Test
  void readingWithRefills() throws Exception {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 7;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return length;
          }

          @Override
          public long skip(long n) {
            return n;
          }
        };
    Reader r = Reader.from(endless, 64);
    byte[] target = new byte[48];
    assertAllocatesNothing("takeByte", r::takeByte);
    assertAllocatesNothing("takeLong", () -> r.takeLong(ByteOrder.BIG_ENDIAN));
    assertAllocatesNothing("read", () -> r.read(target, 0, 48));
    assertAllocatesNothing("discardAll", () -> r.discardAll(64));
    Reader limited = r.limited(Limit.UNLIMITED, new byte[64]);
    assertAllocatesNothing("a refill through another reader", limited::takeByte);
  }
}
