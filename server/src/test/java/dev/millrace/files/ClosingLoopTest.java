package dev.millrace.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.file.OpenFailure;
import dev.millrace.loop.EventLoop;
import dev.millrace.server.Descriptors;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.RingConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loop that closes while it opens a file. */
class ClosingLoopTest {
  @TempDir Path dir;

  @Test
  void theFileAndTheRootAreClosed() throws Exception {
    Files.writeString(dir.resolve("file"), "content");
    List<Object> told = new ArrayList<>();
    EventLoop loop = new EventLoop(IoUring.open(new RingConfig(64, 256, 2)), told::add);
    loop.attach();
    RingFileAccess access = new RingFileAccess(loop, SymlinkPolicy.BENEATH);
    access.root(Root.open(dir));
    access.open(
        "file".getBytes(StandardCharsets.UTF_8),
        new FileAccess.OpenCallback() {
          @Override
          public void opened(OpenFile file) {
            told.add(file);
          }

          @Override
          public void failed(OpenFailure why) {
            told.add(why);
          }
        });
    loop.ring().submitAndWait(1, 60_000_000_000L); // the completion waits in the ring
    loop.close();
    access.root(null);
    assertEquals(List.of(), told);
    assertEquals(List.of(), Descriptors.openBelow(dir.toString()));
  }
}
