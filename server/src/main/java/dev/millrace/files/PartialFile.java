package dev.millrace.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.millrace.file.ExtendedAttributes;
import dev.millrace.file.FileCalls;
import dev.millrace.file.FileStat;
import dev.millrace.file.FileWrites;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that several requests write, one after the other, before it gets its name. It survives the
 * process. All methods may wait for a disk. Worker threads, one at a time.
 *
 * <p>In the {@link StagingArea}, {@code TOKEN.part} has the content and {@code TOKEN.info} what the
 * caller has to say of it. When the file has its name, {@code TOKEN.done} remains for a while. A
 * lock of the first one keeps other processes from writing, and from sweeping it.
 */
public final class PartialFile implements UnpublishedFile, AutoCloseable {
  static final String PART = ".part";
  static final String INFO = ".info";
  static final String DONE = ".done";

  private static final int INFO_MODE = 0600;

  private final WritableDirectory staging;
  private final String token;
  private final int fd;
  private boolean closed;

  private PartialFile(WritableDirectory staging, String token, int fd) {
    this.staging = staging;
    this.token = token;
    this.fd = fd;
  }

  /** A token that no other file has, of hexadecimal digits. */
  public static String newToken() {
    return new String(StagingArea.newName(), StandardCharsets.US_ASCII);
  }

  /** Whether a path ends with the name of a staging area and a token. */
  public static boolean isPath(ParsedPath names) {
    int size = names.segments().size();
    return size >= 2
        && StagingArea.isName(names.segments().get(size - 2))
        && names.lastName().matches("[0-9a-f]{32}");
  }

  private static byte[] name(String token, String suffix) {
    return (token + suffix).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Creates an empty file.
   *
   * @param mode permissions, whatever the process's umask
   */
  public static PartialFile create(StagingArea area, String token, int mode, byte[] info)
      throws ErrnoException {
    WritableDirectory staging = area.open();
    try {
      write(staging, name(token, INFO), info);
      int fd = FileWrites.create(staging.fd(), name(token, PART), mode);
      try {
        boolean _ = FileWrites.tryLock(fd);
        FileWrites.mode(fd, mode);
        return new PartialFile(staging, token, fd);
      } catch (ErrnoException failed) {
        FileCalls.close(fd);
        throw failed;
      }
    } catch (ErrnoException failed) {
      staging.close();
      throw failed;
    }
  }

  private static void write(WritableDirectory staging, byte[] name, byte[] content)
      throws ErrnoException {
    int fd = FileWrites.create(staging.fd(), name, INFO_MODE);
    try (Arena arena = Arena.ofConfined()) {
      FileWrites.write(fd, arena.allocateFrom(JAVA_BYTE, content), content.length, 0);
      FileWrites.sync(fd);
    } finally {
      FileCalls.close(fd);
    }
  }

  /**
   * Opens the file for writing.
   *
   * @throws ErrnoException ENOENT if there is none; EAGAIN if another process writes it
   */
  public static PartialFile open(StagingArea area, String token) throws ErrnoException {
    WritableDirectory staging = area.open();
    try {
      int fd = FileWrites.open(staging.fd(), name(token, PART));
      try {
        if (!FileWrites.tryLock(fd)) {
          throw new ErrnoException("flock", Errno.EAGAIN);
        }
        return new PartialFile(staging, token, fd);
      } catch (ErrnoException failed) {
        FileCalls.close(fd);
        throw failed;
      }
    } catch (ErrnoException failed) {
      staging.close();
      throw failed;
    }
  }

  /**
   * What is known of a file without writing it.
   *
   * @param info of an unfinished file, or what {@link #finish} has got
   * @param sizeBytes that are written; -1 if the file is finished
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared, not modified
  public record State(byte[] info, long sizeBytes) {}

  /** The state of a file, or null if there is none. */
  public static @Nullable State state(StagingArea area, String token) throws ErrnoException {
    try (WritableDirectory staging = area.open()) {
      FileStat stat = staging.stat(name(token, PART));
      byte[] info = read(staging, name(token, stat == null ? DONE : INFO));
      return info == null ? null : new State(info, stat == null ? -1 : stat.sizeBytes());
    }
  }

  private static byte @Nullable [] read(WritableDirectory staging, byte[] name)
      throws ErrnoException {
    int fd;
    try {
      fd = FileWrites.open(staging.fd(), name);
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.ENOENT) {
        return null;
      }
      throw failed;
    }
    try (Arena arena = Arena.ofConfined()) {
      int size = Math.toIntExact(FileCalls.stat(fd).sizeBytes());
      MemorySegment content = arena.allocate(Math.max(1, size));
      long n = FileCalls.pread(fd, content, size, 0);
      if (n != size) {
        throw new ErrnoException("pread", n < 0 ? (int) -n : Errno.EIO);
      }
      return content.asSlice(0, size).toArray(JAVA_BYTE);
    } finally {
      FileCalls.close(fd);
    }
  }

  /** The tokens of the unfinished files of an area. */
  public static List<String> unfinished(StagingArea area) throws ErrnoException {
    List<String> tokens = new ArrayList<>();
    for (byte[] bytes : area.names()) {
      String name = new String(bytes, StandardCharsets.ISO_8859_1);
      if (name.endsWith(PART)) {
        tokens.add(name.substring(0, name.length() - PART.length()));
      }
    }
    return tokens;
  }

  /** Writes at an offset. */
  public void write(MemorySegment from, long length, long offset) throws ErrnoException {
    FileWrites.write(fd, from, length, offset);
  }

  /** Reads at an offset; returns the number of bytes, 0 at the end. */
  public long read(MemorySegment into, long offset) throws ErrnoException {
    long n = FileCalls.pread(fd, into, into.byteSize(), offset);
    if (n < 0) {
      throw new ErrnoException("pread", (int) -n);
    }
    return n;
  }

  /** Removes what is after an offset. */
  public void truncate(long length) throws ErrnoException {
    FileWrites.truncate(fd, length);
  }

  @Override
  public void sync() throws ErrnoException {
    FileWrites.sync(fd);
  }

  @Override
  public FileStat stat() throws ErrnoException {
    return FileCalls.stat(fd);
  }

  @Override
  public void copyAttribute(OpenFile from, String name) throws ErrnoException {
    byte[] value = from.attribute(name);
    if (value != null) {
      ExtendedAttributes.set(fd, name, value);
    }
  }

  @Override
  public void publish(WritableDirectory directory, byte[] as) throws ErrnoException {
    staging.move(name(token, PART), directory, as, false);
  }

  @Override
  public void replace(WritableDirectory directory, byte[] as) throws ErrnoException {
    staging.move(name(token, PART), directory, as, true);
  }

  /** Replaces what the caller has to say of the file. */
  public void info(byte[] info) throws ErrnoException {
    byte[] written = StagingArea.newName();
    write(staging, written, info);
    staging.move(written, staging, name(token, INFO), true);
  }

  /** Keeps a note of a file that has its name. */
  public void finish(byte[] note) throws ErrnoException {
    write(staging, name(token, DONE), note);
    remove(INFO);
  }

  /** Removes the file. */
  public void discard() throws ErrnoException {
    remove(PART);
    remove(INFO);
  }

  private void remove(String suffix) throws ErrnoException {
    try {
      staging.remove(name(token, suffix), false);
    } catch (ErrnoException failed) {
      if (failed.errno() != Errno.ENOENT) {
        throw failed;
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      FileWrites.unlock(fd);
      FileCalls.close(fd);
      staging.close();
    }
  }
}
