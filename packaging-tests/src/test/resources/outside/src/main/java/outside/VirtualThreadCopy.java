package outside;

import dev.millrace.blocking.RingCaller;
import dev.millrace.blocking.RingFileReader;
import dev.millrace.blocking.RingFileWriter;
import dev.millrace.file.FileCalls;
import dev.millrace.loop.LoopThread;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/** Copies files, each on a virtual thread: from, to, from, to, and so on. */
class VirtualThreadCopy {
  public static void main(String[] paths) throws Exception {
    try (LoopThread loop = LoopThread.start("loop");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < paths.length; i += 2) {
        Path from = Path.of(paths[i]), to = Path.of(paths[i + 1]);
        threads.submit(() -> copy(loop, from, to));
      }
    }
  }

  static Void copy(LoopThread loop, Path from, Path to) throws Exception {
    int in = FileCalls.openForReading(from), out = FileCalls.createForWriting(to);
    try (RingCaller caller = new RingCaller(loop.loop()); Arena arena = Arena.ofShared()) {
      var reader = new RingFileReader(caller, in, arena.allocate(64 << 10), new byte[0]);
      var writer = new RingFileWriter(caller, out, arena.allocate(64 << 10));
      reader.streamRemaining(writer);
      writer.flush();
    } finally {
      FileCalls.close(in);
      FileCalls.close(out);
    }
    return null;
  }
}
