package dev.millrace.server;

import dev.millrace.digest.DigestStore;
import dev.millrace.digest.SqliteDigestStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other servers from a directory of state: a locked file in it. The kernel releases the lock
 * when the process ends, however it ends. Any thread.
 */
final class StateLock implements AutoCloseable {
  private static final String NAME = "server.lock";
  private static final int MAX_BYTES = 64;

  private final FileChannel file;

  private StateLock(FileChannel file) {
    this.file = file;
  }

  /**
   * Locks a directory.
   *
   * @param directory created if it does not exist
   * @throws IOException if another server has it; the message names its process if that is known
   */
  static StateLock acquire(Path directory) throws IOException {
    Files.createDirectories(directory);
    FileChannel file =
        FileChannel.open(
            directory.resolve(NAME),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      if (tryLock(file) == null) {
        throw new IOException(directory + " is used by another server" + owner(file));
      }
      byte[] own = String.valueOf(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      file.truncate(0);
      file.write(ByteBuffer.wrap(own), 0);
      return new StateLock(file);
    } catch (IOException failed) {
      file.close();
      throw failed;
    }
  }

  /** As {@link #acquire}, for a start that fails without the lock. */
  static StateLock atStart(Path directory) throws StartException {
    try {
      return acquire(directory);
    } catch (IOException failed) {
      throw new StartException("state: " + failed.getMessage(), failed);
    }
  }

  /** Opens the index of digests in a locked directory. */
  static DigestStore openIndex(Path directory) throws StartException {
    try {
      return SqliteDigestStore.open(directory);
    } catch (IOException failed) {
      throw new StartException("state: " + failed.getMessage(), failed);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException inThisProcess) {
      return null;
    }
  }

  private static String owner(FileChannel file) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(MAX_BYTES);
    file.read(text, 0);
    String pid = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
    return pid.isEmpty() ? "" : ", process " + pid;
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException released) {
      // the kernel releases the lock even so
    }
  }
}
