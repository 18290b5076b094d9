package outside;

import dev.millrace.file.FileCalls;
import dev.millrace.uring.Completions;
import dev.millrace.uring.ErrnoException;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.RingConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Copies a file with a ring alone: one operation after another. */
class RingCopy {
  public static void main(String[] paths) throws Exception {
    try (IoUring ring = IoUring.open(RingConfig.DEFAULT); Arena arena = Arena.ofConfined()) {
      ring.enable();
      int in = FileCalls.openForReading(Path.of(paths[0]));
      int out = FileCalls.createForWriting(Path.of(paths[1]));
      MemorySegment buffer = arena.allocate(64 << 10);
      Completions done = new Completions(1);
      for (long at = 0, n; ; at += n) {
        ring.prepRead(in, buffer, at, 0);
        if ((n = result(ring, done)) == 0) break;
        for (long sent = 0; sent < n; sent += result(ring, done)) {
          ring.prepWrite(out, buffer.asSlice(sent, n - sent), at + sent, 0);
        }
      }
    }
  }

  static int result(IoUring ring, Completions done) throws ErrnoException {
    ring.copyCqes(done, 1);
    if (done.result(0) < 0) throw new ErrnoException("copy", -done.result(0));
    return done.result(0);
  }
}
