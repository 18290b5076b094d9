package dev.millrace.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.millrace.file.FileStat;
import dev.millrace.file.OpenFailure;
import dev.millrace.uring.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cached look-ups of files and of missing variants. */
class OpenFilesTest {
  private static final long FOR_EVER = Long.MAX_VALUE / 2;

  @TempDir Path root;
  private final List<String> lookedUp = new ArrayList<>();
  private int generation;

  /** Opens files immediately, by path. */
  private final class Direct implements FileAccess {
    @Override
    public void root(@Nullable Root other) {
      generation++;
    }

    @Override
    public @Nullable Root root() {
      return null;
    }

    @Override
    public int generation() {
      return generation;
    }

    @Override
    public void open(byte[] path, OpenCallback callback) {
      String name = new String(path, StandardCharsets.UTF_8);
      lookedUp.add(name);
      try {
        byte[] whole = root.resolve(name).toString().getBytes(StandardCharsets.UTF_8);
        callback.opened(OpenFile.open(whole));
      } catch (ErrnoException failed) {
        callback.failed(OpenFailure.of(failed.errno()));
      }
    }

    @Override
    public void read(
        OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback) {
      throw new UnsupportedOperationException("only opens");
    }

    @Override
    public boolean sendsFiles() {
      return false;
    }

    @Override
    public FileStat stat(OpenFile file) {
      throw new UnsupportedOperationException("only opens");
    }

    @Override
    public DirectoryScan scan(OpenFile directory, byte[] path) {
      throw new UnsupportedOperationException("only opens");
    }
  }

  private static @Nullable OpenFailure open(OpenFiles files, String name) {
    Outcome outcome = new Outcome();
    files.open(name.getBytes(StandardCharsets.UTF_8), outcome);
    return outcome.why;
  }

  private static @Nullable OpenFailure variant(OpenFiles files, String name) {
    Outcome outcome = new Outcome();
    files.openVariant(name.getBytes(StandardCharsets.UTF_8), outcome);
    return outcome.why;
  }

  /** The result of an open; without a failure the file was opened. */
  private static final class Outcome implements FileAccess.OpenCallback {
    @Nullable OpenFailure why;

    @Override
    public void opened(OpenFile file) {
      file.close();
    }

    @Override
    public void failed(OpenFailure failure) {
      why = failure;
    }
  }

  @Test
  void aMissingVariantIsLookedUpOnceWhileItsEntryIsCached() throws Exception {
    OpenFiles files = new OpenFiles(new Direct(), 2, FOR_EVER, () -> {});
    assertSame(OpenFailure.NOT_FOUND, variant(files, "a.br"));
    assertSame(OpenFailure.NOT_FOUND, variant(files, "a.br"));
    assertEquals(List.of("a.br"), lookedUp);
    assertEquals(1, files.hits());
    assertEquals(1, files.misses());

    variant(files, "b");
    variant(files, "c"); // exceeds the capacity of 2
    Files.writeString(root.resolve("a.br"), "x");
    assertNull(variant(files, "a.br"));
    assertNull(variant(files, "a.br"));
    assertEquals(List.of("a.br", "b", "c", "a.br"), lookedUp);
  }

  @Test
  void aCreatedFileIsFoundAtOnce() throws Exception {
    OpenFiles files = new OpenFiles(new Direct(), 2, FOR_EVER, () -> {});
    assertSame(OpenFailure.NOT_FOUND, open(files, "a"));
    assertSame(OpenFailure.NOT_FOUND, variant(files, "a"));
    Files.writeString(root.resolve("a"), "x");
    assertNull(open(files, "a"));
    assertNull(variant(files, "a"));
  }

  @Test
  void variantsAreLookedUpAgainAfterTheirLifetimeAndForANewRoot() throws Exception {
    OpenFiles files = new OpenFiles(new Direct(), 10, 0, () -> {});
    assertNotNull(variant(files, "a"));
    Files.writeString(root.resolve("a"), "x");
    assertNull(variant(files, "a"), "a lifetime of zero");

    OpenFiles kept = new OpenFiles(new Direct(), 10, FOR_EVER, () -> {});
    assertNotNull(variant(kept, "b"));
    Files.writeString(root.resolve("b"), "x");
    assertNotNull(variant(kept, "b"));
    kept.root(null);
    assertNull(variant(kept, "b"));
    kept.close();
  }

  @Test
  void nothingIsCachedAfterClose() {
    OpenFiles files = new OpenFiles(new Direct(), 10, FOR_EVER, () -> {});
    files.close();
    assertNotNull(variant(files, "a"));
    assertNotNull(variant(files, "a"));
    assertEquals(2, lookedUp.size());
  }
}
