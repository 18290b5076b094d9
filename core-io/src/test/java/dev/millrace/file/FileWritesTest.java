package dev.millrace.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class FileWritesTest {
  @TempDir Path directory;
  private int fd;

  @BeforeEach
  void open() throws Exception {
    fd = FileCalls.openForReading(directory);
  }

  @AfterEach
  void close() {
    FileCalls.close(fd);
  }

  private static byte[] name(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static void assertErrno(int errno, Executable call) {
    assertEquals(errno, assertThrows(ErrnoException.class, call).errno());
  }

  private long entries() throws Exception {
    try (Stream<Path> all = Files.list(directory)) {
      return all.count();
    }
  }

  @Test
  void aFileWithoutANameAppearsWholeOrNotAtAll() throws Exception {
    int file = FileWrites.createUnnamed(fd, 0600);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom("content", StandardCharsets.UTF_8);
      FileWrites.write(file, bytes.asSlice(3), 4, 3);
      FileWrites.write(file, bytes, 3, 0);
      FileWrites.mode(file, 0640);
      FileWrites.sync(file);
      assertEquals(0, entries());
      FileWrites.link(file, fd, name("new"));
      FileWrites.sync(fd);
      assertErrno(Errno.EEXIST, () -> FileWrites.link(file, fd, name("new")));
    } finally {
      FileCalls.close(file);
    }
    assertEquals("content", Files.readString(directory.resolve("new")));
    assertEquals(
        "rw-r-----",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("new"))));
    FileCalls.close(FileWrites.createUnnamed(fd, 0600));
    assertEquals(1, entries());
  }

  @Test
  void renamesReplaceOnlyIfTheyMay() throws Exception {
    Files.writeString(directory.resolve("one"), "1");
    Files.writeString(directory.resolve("two"), "2");
    assertErrno(Errno.EEXIST, () -> FileWrites.renameNew(fd, name("one"), fd, name("two")));
    FileWrites.rename(fd, name("one"), fd, name("two"));
    assertArrayEquals(name("1"), Files.readAllBytes(directory.resolve("two")));
    FileWrites.renameNew(fd, name("two"), fd, name("three"));
    FileWrites.remove(fd, name("three"));
    assertErrno(Errno.ENOENT, () -> FileWrites.remove(fd, name("three")));
    assertEquals(0, entries());
  }

  @Test
  void directoriesAreMadeAndRemovedIfEmpty() throws Exception {
    FileWrites.makeDirectory(fd, name("d"), 0700);
    assertErrno(Errno.EEXIST, () -> FileWrites.makeDirectory(fd, name("d"), 0700));
    Files.writeString(directory.resolve("d/f"), "");
    assertErrno(Errno.ENOTEMPTY, () -> FileWrites.removeDirectory(fd, name("d")));
    assertErrno(Errno.EISDIR, () -> FileWrites.remove(fd, name("d")));
    Files.delete(directory.resolve("d/f"));
    FileWrites.removeDirectory(fd, name("d"));
    assertEquals(0, entries());
  }

  @Test
  void aLockIsThatOfOneOpenFile() throws Exception {
    int one = FileWrites.create(fd, name("f"), 0600);
    assertErrno(Errno.EEXIST, () -> FileWrites.create(fd, name("f"), 0600));
    int other = FileWrites.open(fd, name("f"));
    try {
      assertTrue(FileWrites.tryLock(one));
      assertFalse(FileWrites.tryLock(other));
    } finally {
      FileCalls.close(one);
    }
    try {
      assertTrue(FileWrites.tryLock(other));
    } finally {
      FileCalls.close(other);
    }
    Files.createSymbolicLink(directory.resolve("link"), Path.of("f"));
    assertErrno(Errno.ELOOP, () -> FileWrites.open(fd, name("link")));
    assertTrue(FileWrites.freeBytes(fd) > 0);
  }

  @Test
  void exchangedEntriesBothRemain() throws Exception {
    Files.writeString(directory.resolve("one"), "1");
    Files.createDirectory(directory.resolve("two"));
    FileWrites.exchange(fd, name("one"), fd, name("two"));
    assertTrue(Files.isDirectory(directory.resolve("one")));
    assertEquals("1", Files.readString(directory.resolve("two")));
    assertErrno(Errno.ENOENT, () -> FileWrites.exchange(fd, name("one"), fd, name("none")));
  }

  @Test
  void aCopyHasTheSameContent() throws Exception {
    byte[] content = new byte[(9 << 20) + 1]; // more than one call copies
    new SplittableRandom(1).nextBytes(content);
    Files.write(directory.resolve("from"), content);
    int from = FileCalls.openForReading(directory.resolve("from"));
    int to = FileWrites.create(fd, name("to"), 0600);
    assertEquals(content.length, FileWrites.copy(from, to));
    FileCalls.close(from);
    FileCalls.close(to);
    assertArrayEquals(content, Files.readAllBytes(directory.resolve("to")));
  }

  @Test
  void aFileIsTruncated() throws Exception {
    int file = FileWrites.create(fd, name("file"), 0600);
    try (Arena arena = Arena.ofConfined()) {
      FileWrites.write(file, arena.allocateFrom("content"), 7, 0);
      FileWrites.truncate(file, 3);
      assertEquals(3, FileCalls.stat(file).sizeBytes());
      assertEquals(2, FileCalls.pread(file, arena.allocate(8), 8, 1), "it is open for reading");
    } finally {
      FileCalls.close(file);
    }
  }

  @Test
  void attributesAreKeptWithTheFile() throws Exception {
    int file = FileWrites.create(fd, name("file"), 0600);
    try {
      assertNull(ExtendedAttributes.get(file, "user.one"));
      ExtendedAttributes.remove(file, "user.one");
      ExtendedAttributes.set(file, "user.one", name("value"));
      ExtendedAttributes.set(file, "user.one", name("other"));
      assertArrayEquals(name("other"), ExtendedAttributes.get(file, "user.one"));
      ExtendedAttributes.set(file, "user.one", new byte[0]);
      assertArrayEquals(new byte[0], ExtendedAttributes.get(file, "user.one"));
      ExtendedAttributes.remove(file, "user.one");
      assertNull(ExtendedAttributes.get(file, "user.one"));
      assertErrno(
          Errno.ERANGE, () -> ExtendedAttributes.set(file, "user." + "x".repeat(300), name("")));
    } finally {
      FileCalls.close(file);
    }
  }
}
