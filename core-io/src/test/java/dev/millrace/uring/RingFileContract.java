package dev.millrace.uring;

import static dev.millrace.uring.PathFlags.AT_REMOVEDIR;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.Errno;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Operations on files and names. */
abstract class RingFileContract extends RingQueueContract {

  @Test
  void aFileIsWrittenFlushedAndReadBack() throws Exception {
    int fd = openFile("f", O_RDWR_CREAT);
    assertTrue(fd > 0, "openat2 gave " + fd);
    long write = data();
    long flush = data();
    ring.reserve(2);
    ring.prepWrite(fd, bytes("Hello, World!").address(), 13, 0, write);
    ring.linkNext();
    ring.prepFsync(fd, true, flush);
    assertEquals(13, await(write).result());
    assertEquals(0, await(flush).result());
    MemorySegment into = arena.allocate(64);
    long read = data();
    ring.prepRead(fd, into.address(), 64, 7, read);
    assertEquals(6, await(read).result());
    assertEquals("World!", text(into, 6));
    ring.prepRead(fd, into.address(), 64, 13, read);
    assertEquals(0, await(read).result(), "the end");
    long advise = data();
    ring.prepFadvise(fd, 0, 13, 3, advise);
    assertEquals(0, await(advise).result());
    closeFile(fd);
    ring.prepRead(fd, into.address(), 64, 0, read);
    assertEquals(-Errno.EBADF, await(read).result());
    assertArrayEquals("Hello, World!".getBytes(StandardCharsets.US_ASCII), world.read("f"));
  }

  @Test
  void aShortReadBreaksAChain() throws Exception {
    world.write("f", new byte[10]);
    int fd = openFile("f", 0);
    long read = data();
    long after = data();
    ring.prepRead(fd, arena.allocate(64).address(), 64, 0, read);
    ring.linkNext();
    ring.prepNop(after);
    assertEquals(10, await(read).result());
    assertEquals(-Errno.ECANCELED, await(after).result());
    closeFile(fd);
  }

  @Test
  void registeredBuffersAreReadIntoAndWrittenFrom() throws Exception {
    world.write("f", "0123456789".getBytes(StandardCharsets.US_ASCII));
    int fd = openFile("f", O_RDWR_CREAT);
    MemorySegment one = arena.allocate(4096, 4096);
    MemorySegment two = arena.allocate(8192, 4096);
    ring.registerBuffers(one, two);
    long data = data();
    ring.prepReadFixed(fd, two.address() + 100, 4, 3, 1, data);
    assertEquals(4, await(data).result());
    assertEquals("3456", text(two.asSlice(100), 4));
    ring.prepWriteFixed(fd, two.address() + 100, 4, 10, 1, data);
    assertEquals(4, await(data).result());
    ring.prepReadFixed(fd, two.address() + 100, 4, 3, 0, data);
    assertEquals(-Errno.EFAULT, await(data).result(), "the address is not in buffer 0");
    ring.prepReadFixed(fd, two.address() + 8190, 4, 3, 1, data);
    assertEquals(-Errno.EFAULT, await(data).result(), "beyond the end");
    ring.prepReadFixed(fd, two.address(), 4, 3, 2, data);
    assertEquals(-Errno.EFAULT, await(data).result(), "no such buffer");
    ring.unregisterBuffers();
    ring.prepReadFixed(fd, two.address(), 4, 3, 1, data);
    assertEquals(-Errno.EFAULT, await(data).result(), "none registered");
    assertThrows(IllegalStateException.class, ring::unregisterBuffers);
    closeFile(fd);
    assertEquals("01234567893456", new String(world.read("f"), StandardCharsets.US_ASCII));
  }

  @Test
  void registeringTwiceIsRefusedInWords() throws Exception {
    MemorySegment buffer = arena.allocate(4096, 4096);
    ring.registerBuffers(buffer);
    RingUnavailableException refused =
        assertThrows(RingUnavailableException.class, () -> ring.registerBuffers(buffer));
    assertTrue(refused.getMessage().contains("unregister them first"), refused.getMessage());
    ring.unregisterBuffers();
  }

  @Test
  void statxTellsWhatANameIs() throws Exception {
    world.write("f", new byte[1234]);
    MemorySegment into = arena.allocate(Statx.BYTES, 8);
    long data = data();
    ring.prepStatx(world.directory(), path("f"), 0, Statx.BASIC, into.address(), data);
    assertEquals(0, await(data).result());
    assertEquals(1234, Statx.sizeBytes(into));
    assertEquals(0x8000, Statx.mode(into) & 0xf000, "a regular file");
    assertEquals(1, Statx.links(into));
    assertTrue(Statx.inode(into) > 0);
    ring.prepStatx(world.directory(), path("g"), 0, Statx.BASIC, into.address(), data);
    assertEquals(-Errno.ENOENT, await(data).result());
  }

  private int mkdir(String name) {
    long data = data();
    ring.prepMkdirat(world.directory(), path(name), 0755, data);
    return await(data).result();
  }

  private int unlink(String name, int flags) {
    long data = data();
    ring.prepUnlinkat(world.directory(), path(name), flags, data);
    return await(data).result();
  }

  private int rename(String from, String to) {
    long data = data();
    int directory = world.directory();
    ring.prepRenameat(directory, path(from), directory, path(to), 0, data);
    return await(data).result();
  }

  private int link(String from, String to) {
    long data = data();
    int directory = world.directory();
    ring.prepLinkat(directory, path(from), directory, path(to), 0, data);
    return await(data).result();
  }

  @Test
  void namesAreMadeMovedAndRemoved() throws Exception {
    world.write("f", new byte[] {1});
    assertEquals(0, mkdir("d"));
    assertEquals(-Errno.EEXIST, mkdir("d"));
    assertEquals(-Errno.ENOENT, mkdir("no/d"));
    assertEquals(-Errno.ENOTDIR, mkdir("f/d"));
    assertEquals(0, rename("f", "d/g"));
    assertEquals(-Errno.ENOENT, rename("f", "d/g"));
    assertArrayEquals(new byte[] {1}, world.read("d/g"));
    assertEquals(0, link("d/g", "h"));
    assertEquals(-Errno.EEXIST, link("d/g", "h"));
    assertEquals(-Errno.ENOENT, link("no", "i"));
    assertArrayEquals(new byte[] {1}, world.read("h"));
    MemorySegment into = arena.allocate(Statx.BYTES, 8);
    long data = data();
    ring.prepStatx(world.directory(), path("h"), 0, Statx.BASIC, into.address(), data);
    assertEquals(0, await(data).result());
    assertEquals(2, Statx.links(into));
    assertEquals(-Errno.ENOTEMPTY, unlink("d", AT_REMOVEDIR));
    assertEquals(-Errno.EISDIR, unlink("d", 0));
    assertEquals(-Errno.ENOTDIR, unlink("h", AT_REMOVEDIR));
    assertEquals(0, unlink("d/g", 0));
    assertEquals(-Errno.ENOENT, unlink("d/g", 0));
    assertEquals(0, unlink("d", AT_REMOVEDIR));
    assertArrayEquals(new byte[] {1}, world.read("h"), "one name is left");
  }

  @Test
  void renamingReplaces() throws Exception {
    world.write("old", new byte[] {1});
    world.write("new", new byte[] {2});
    assertEquals(0, rename("new", "old"));
    assertArrayEquals(new byte[] {2}, world.read("old"));
    assertEquals(-Errno.ENOENT, unlink("new", 0));
  }

  @Test
  void noPathLeadsOutOfItsDirectory() throws Exception {
    assertEquals(0, mkdir("d"));
    for (String out : new String[] {"../secret", "/etc/passwd", "d/../../secret"}) {
      assertEquals(-Errno.EXDEV, openFile(out, 0), out);
    }
    assertEquals(-Errno.ENOENT, openFile("absent", 0));
    assertEquals(-Errno.EISDIR, openFile("d", 2));
  }

  @Test
  void exclusiveCreationIsExclusive() throws Exception {
    int fd = openFile("f", O_RDWR_CREAT | 0x80);
    assertTrue(fd > 0, "openat2 gave " + fd);
    assertEquals(-Errno.EEXIST, openFile("f", O_RDWR_CREAT | 0x80));
    closeFile(fd);
  }
}
