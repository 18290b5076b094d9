package dev.millrace.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.millrace.file.FileCalls;
import dev.millrace.file.OpenHow;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** In steady state an operation through the loop and the ring allocates nothing. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SAME_THREAD)
class LoopAllocationTest {
  private static final int OPERATIONS = 100_000;
  private static final int DEPTH = 16;

  @TempDir Path directory;

  /** Keeps sixteen operations of one kind in flight until enough have completed. */
  private static final class Pump implements CompletionTarget {
    private final EventLoop loop;
    private final long handle;
    private final int fd;
    private final MemorySegment into;
    private int left;
    private int completed;
    private int failed;

    Pump(EventLoop loop, int fd, MemorySegment into) {
      this.loop = loop;
      this.fd = fd;
      this.into = into;
      this.handle = loop.register(this);
    }

    void run(int operations) {
      left = operations;
      completed = 0;
      for (int tag = 0; tag < DEPTH; tag++) {
        submit(tag);
      }
      while (completed < operations) {
        loop.turn(true);
      }
    }

    private void submit(int tag) {
      left--;
      if (fd < 0) {
        loop.ring().prepNop(loop.begin(handle, OpKind.NOP, tag));
      } else {
        long userData = loop.begin(handle, OpKind.READ, tag);
        loop.ring().prepRead(fd, into.address() + tag * 4096L, 4096, tag * 4096L, userData);
      }
    }

    @Override
    public void completed(int tag, int result, int flags) {
      completed++;
      if (result != (fd < 0 ? 0 : 4096)) {
        failed++;
      }
      if (left > 0) {
        submit(tag);
      }
    }
  }

  private static void assertAllocatesNothing(EventLoop loop, int fd, MemorySegment into) {
    Pump pump = new Pump(loop, fd, into);
    pump.run(OPERATIONS);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes();
    long before = threads.getCurrentThreadAllocatedBytes();
    pump.run(OPERATIONS);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(0, pump.failed);
    assertTrue(bytes < OPERATIONS, bytes + " bytes by " + OPERATIONS + " operations");
    loop.release(pump.handle);
  }

  @Test
  void nopsAndReads() throws Exception {
    Files.write(directory.resolve("f"), new byte[DEPTH * 4096]);
    int root = FileCalls.openDirectory(directory);
    EventLoop loop =
        new EventLoop(
            IoUring.open(RingConfig.DEFAULT),
            failure -> {
              throw new AssertionError(failure);
            });
    try (Arena arena = Arena.ofConfined()) {
      loop.attach();
      int fd = FileCalls.openat2(root, arena.allocateFrom("f"), OpenHow.READ_BENEATH);
      MemorySegment into = arena.allocate(DEPTH * 4096L, 4096);
      assertAllocatesNothing(loop, -1, into);
      assertAllocatesNothing(loop, fd, into);
      FileCalls.close(fd);
    } finally {
      loop.close();
      FileCalls.close(root);
    }
  }
}
