package dev.millrace.acme;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes files completely or not at all, even if the machine loses power. */
final class AtomicFile {
  static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
  static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");

  private AtomicFile() {}

  /**
   * Creates or replaces a file.
   *
   * @param permissions of the file, whatever the process's umask is
   */
  static void write(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " has no directory");
    }
    Path temporary = folder.resolve("." + file.getFileName() + ".tmp");
    Files.deleteIfExists(temporary); // left by a process that was killed
    // The file never has wider permissions, not even while it is empty.
    var _ = Files.createFile(temporary, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    // A stream, because an interrupt closes a channel: a stop would lose an issued certificate.
    try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
      out.write(content);
      var _ = Files.setPosixFilePermissions(temporary, permissions);
      out.getFD().sync();
    }
    var _ = Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    boolean interrupted = Thread.interrupted();
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (ClosedByInterruptException stop) {
      // The file is complete; the thread, whose interrupt is kept, does not wait for the disk.
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
