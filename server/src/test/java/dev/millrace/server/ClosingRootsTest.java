package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.config.SettingsLoader;
import dev.millrace.content.Mount;
import dev.millrace.sync.ResetEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roots that are closed while a check of them is under way. */
class ClosingRootsTest {
  @TempDir Path dir;

  @Test
  void theRootIsReleasedWhenTheCheckEnds() throws Exception {
    Path root = Files.createDirectory(dir.resolve("root"));
    List<Mount> mounts =
        ServerSettings.load(
                new SettingsLoader.Flags(Map.of("root", List.of(root.toString())), null), Map.of())
            .mounts();
    ResetEvent checking = new ResetEvent();
    ResetEvent go = new ResetEvent();
    AtomicInteger changes = new AtomicInteger();
    try (Roots roots = Roots.open(mounts, Duration.ofMillis(100))) {
      roots.follow((mount, changed) -> {
        if (changes.incrementAndGet() == 2) {
          checking.set();
          go.await();
        }
      });
      Files.move(root, dir.resolve("before"));
      var _ = Files.createDirectory(root);
      checking.await();
    }
    assertEquals(2, Descriptors.openBelow(dir.toString()).size(), "held by the check");
    go.set();
    var _ = Await.until(() -> Descriptors.openBelow(dir.toString()), List::isEmpty);
  }
}
