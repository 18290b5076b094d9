package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads an open directory with blocking calls, on a worker thread, one thread at a time.
 *
 * <p>A symbolic link counts as the file or directory that it resolves to beneath the root, under
 * the policy that applies to requests. Dangling links, and entries that are neither file nor
 * directory, are omitted, so every listed entry can be requested; so is the {@link StagingArea}.
 */
public final class DirectoryScan {
  private static final int BUFFER_BYTES = 64 << 10;

  // struct linux_dirent64 (getdents64(2)): u64 d_ino, s64 d_off, u16 d_reclen, u8 d_type, name.
  private static final int RECORD_LENGTH_OFFSET = 16;
  private static final int TYPE_OFFSET = 18;
  private static final int NAME_OFFSET = 19;

  private static final int DT_DIR = 4;
  private static final int DT_REG = 8;
  private static final int DT_LNK = 10;
  private static final int DT_UNKNOWN = 0;

  private final int rootFd;
  private final MemorySegment how;
  private final OpenFile directory;
  private final byte[] path;

  DirectoryScan(int rootFd, MemorySegment how, OpenFile directory, byte[] path) {
    this.rootFd = rootFd;
    this.how = how;
    this.directory = directory;
    this.path = path.clone();
  }

  /**
   * Returns all names in no particular order. May be called once.
   *
   * @param hidden whether to include names that begin with a dot
   */
  public List<DirectoryEntry> entries(boolean hidden) throws IOException {
    List<DirectoryEntry> entries = new ArrayList<>();
    read(directory, (name, type) -> add(name, type, hidden, entries));
    return entries;
  }

  /**
   * The result of {@link #search}.
   *
   * @param complete whether all was searched
   */
  public record Found(List<DirectoryEntry> entries, boolean complete) {
    public Found {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Searches the directory and those below it, whose status is read. Symbolic links are not
   * followed, and what cannot be read is omitted. May be called once, in place of {@link #entries}.
   *
   * @param matches gets the last name
   * @param maxVisited number of entries after which the search ends
   */
  public Found search(boolean hidden, Predicate<String> matches, int maxVisited)
      throws IOException {
    List<DirectoryEntry> found = new ArrayList<>();
    Deque<byte[]> left = new ArrayDeque<>();
    int visited = search(directory, new byte[0], hidden, matches, found, left);
    while (!left.isEmpty()) {
      if (visited >= maxVisited) {
        return new Found(found, false);
      }
      byte[] below = left.removeFirst();
      boolean atRoot = path.length == 1 && path[0] == '.';
      byte[] whole = atRoot ? below : FileTree.join(path, below);
      try (OpenFile next = OpenFile.open(rootFd, whole, SymlinkPolicy.NONE.how())) {
        visited += search(next, below, hidden, matches, found, left);
      } catch (ErrnoException unreadable) {
        visited++;
      }
    }
    return new Found(found, true);
  }

  private int search(
      OpenFile in,
      byte[] below,
      boolean hidden,
      Predicate<String> matches,
      List<DirectoryEntry> found,
      Deque<byte[]> left)
      throws IOException {
    boolean atRoot = path.length == 1 && path[0] == '.';
    byte[] whole = below.length == 0 ? path : atRoot ? below : FileTree.join(path, below);
    DirectoryScan scan = new DirectoryScan(rootFd, SymlinkPolicy.NONE.how(), in, whole);
    List<DirectoryEntry> entries = scan.entries(hidden);
    for (DirectoryEntry entry : entries) {
      byte[] name = below.length == 0 ? entry.name() : FileTree.join(below, entry.name());
      if (matches.test(entry.text())) {
        scan.look(entry);
        found.add(new DirectoryEntry(name, entry.isDirectory(), entry.stat()));
      }
      if (entry.isDirectory()) {
        left.addLast(name);
      }
    }
    return entries.size();
  }

  /** Receives the entries of a directory. */
  private interface RawEntries {
    void entry(byte[] name, byte type);
  }

  /** The names of all entries of a directory, whatever they are, but {@code .} and {@code ..}. */
  static List<byte[]> names(OpenFile directory) throws ErrnoException {
    List<byte[]> names = new ArrayList<>();
    read(directory, (name, _) -> names.add(name));
    return names;
  }

  private static void read(OpenFile directory, RawEntries entries) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
      while (true) {
        long filled = FileCalls.getdents(directory.fd(), buffer);
        if (filled < 0) {
          throw new ErrnoException("getdents64", (int) -filled);
        }
        if (filled == 0) {
          return;
        }
        for (long at = 0; at < filled; ) {
          int length =
              Short.toUnsignedInt(buffer.get(JAVA_SHORT_UNALIGNED, at + RECORD_LENGTH_OFFSET));
          read(buffer.asSlice(at, length), entries);
          at += length;
        }
      }
    }
  }

  private static void read(MemorySegment record, RawEntries entries) {
    MemorySegment name = record.asSlice(NAME_OFFSET);
    int length = 0;
    while (name.get(JAVA_BYTE, length) != 0) {
      length++;
    }
    byte[] bytes = name.asSlice(0, length).toArray(JAVA_BYTE);
    boolean dots = bytes[0] == '.' && (length == 1 || (length == 2 && bytes[1] == '.'));
    if (!dots) {
      entries.entry(bytes, record.get(JAVA_BYTE, TYPE_OFFSET));
    }
  }

  private void add(byte[] bytes, byte type, boolean hidden, List<DirectoryEntry> entries) {
    if (bytes[0] == '.' && (!hidden || StagingArea.isName(bytes))) {
      return;
    }
    switch (type) {
      case DT_REG -> entries.add(new DirectoryEntry(bytes, false, null));
      case DT_DIR -> entries.add(new DirectoryEntry(bytes, true, null));
      case DT_LNK, DT_UNKNOWN -> {
        FileStat stat = resolve(bytes);
        if (stat != null && (stat.isRegularFile() || stat.isDirectory())) {
          entries.add(new DirectoryEntry(bytes, stat.isDirectory(), stat));
        }
      }
      default -> {} // a FIFO, a socket, a device
    }
  }

  /** The status of the file that the kernel opens for this name, or null. */
  private @Nullable FileStat resolve(byte[] name) {
    int fd = openDescriptor(name);
    if (fd < 0) {
      return null;
    }
    try {
      return FileCalls.stat(fd);
    } catch (ErrnoException failed) {
      return null;
    } finally {
      FileCalls.close(fd);
    }
  }

  /** Opens an entry for reading. The caller closes it. */
  public OpenFile open(DirectoryEntry entry) throws ErrnoException {
    int fd = openDescriptor(entry.name());
    if (fd < 0) {
      throw new ErrnoException("openat2", -fd);
    }
    try {
      return new OpenFile(fd, FileCalls.stat(fd), null);
    } catch (ErrnoException failed) {
      FileCalls.close(fd);
      throw failed;
    }
  }

  private int openDescriptor(byte[] name) {
    boolean atRoot = path.length == 1 && path[0] == '.';
    int prefix = atRoot ? 0 : path.length + 1;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment whole = arena.allocate(prefix + name.length + 1L);
      if (!atRoot) {
        MemorySegment.copy(path, 0, whole, JAVA_BYTE, 0, path.length);
        whole.set(JAVA_BYTE, path.length, (byte) '/');
      }
      MemorySegment.copy(name, 0, whole, JAVA_BYTE, prefix, name.length);
      return FileCalls.openat2Again(rootFd, whole, how);
    }
  }

  /** Reads the entry's status unless it is known. The status of a removed entry stays null. */
  public void look(DirectoryEntry entry) {
    if (entry.stat() != null) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = entry.name();
      MemorySegment name = arena.allocate(bytes.length + 1L);
      MemorySegment.copy(bytes, 0, name, JAVA_BYTE, 0, bytes.length);
      entry.stat(FileCalls.statAt(directory.fd(), name));
    } catch (ErrnoException gone) {
      // removed since its name was read
    }
  }
}
