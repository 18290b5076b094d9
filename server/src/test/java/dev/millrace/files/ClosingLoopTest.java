package dev.millrace.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.file.OpenFailure;
import dev.millrace.loop.EventLoop;
import dev.millrace.server.Descriptors;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens whose loop closes, or whose root goes, before they end. */
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

  @Test
  void opensThatWaitForOthersAllEndWhenTheRootGoes() throws Exception {
    Files.writeString(dir.resolve("file"), "content");
    List<String> told = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    EventLoop loop = new EventLoop(IoUring.open(new RingConfig(256, 512, 2)), failures::add);
    loop.attach();
    RingFileAccess access = new RingFileAccess(loop, SymlinkPolicy.BENEATH);
    access.root(Root.open(dir));
    for (int i = 0; i < 200; i++) {
      access.open(
          "file".getBytes(StandardCharsets.UTF_8),
          new FileAccess.OpenCallback() {
            @Override
            public void opened(OpenFile file) {
              file.close();
              told.add("opened");
            }

            @Override
            public void failed(OpenFailure why) {
              told.add(why.toString());
            }
          });
    }
    access.root(null);
    while (loop.stats().inFlight(OpKind.OPENAT2) > 0) {
      var _ = loop.turn(true);
    }
    loop.close();
    assertEquals(200, told.size(), told.toString());
    assertEquals(List.of(), failures);
    assertEquals(List.of(), Descriptors.openBelow(dir.toString()));
  }
}
