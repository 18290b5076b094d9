package dev.millrace.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.file.FileCalls;
import dev.millrace.sync.Errno;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the kernel's ring, and faults that the kernel injects. */
class IoUringContractTest extends RingSocketContract {
  @TempDir Path folder;

  @Override
  World open() throws Exception {
    return new SystemWorld(
        IoUring.open(CONFIG), () -> IoUring.open(CONFIG), folder, FileCalls.openDirectory(folder));
  }

  /** Before 6.10 the kernel ignores the request and says 0. */
  private static boolean kernelInjects() {
    String[] version = System.getProperty("os.version").split("[.-]", 3);
    int major = Integer.parseInt(version[0]);
    return major > 6 || major == 6 && Integer.parseInt(version[1]) >= 10;
  }

  @Test
  void theKernelInjectsWhateverResultIsAskedFor() {
    for (int result :
        new int[] {-Errno.EIO, -Errno.EINTR, -Errno.ENOBUFS, -Errno.ECANCELED, 12345}) {
      long data = data();
      ring.prepNopResult(result, data);
      assertEquals(kernelInjects() ? result : 0, await(data).result());
    }
  }

  @Test
  void anInjectedFailureBreaksAChain() {
    long fails = data();
    long after = data();
    ring.prepNopResult(-Errno.EIO, fails);
    ring.linkNext();
    ring.prepNop(after);
    assertEquals(kernelInjects() ? -Errno.EIO : 0, await(fails).result());
    assertEquals(kernelInjects() ? -Errno.ECANCELED : 0, await(after).result());
  }
}
