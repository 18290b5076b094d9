package dev.millrace.certificate;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Bytes that may be a key or a password. Closing overwrites them with zeros. */
final class SecretBytes implements AutoCloseable {
  /** Certificates and keys have a few KiB. */
  private static final int MAX_FILE_BYTES = 1 << 20;

  private final byte[] bytes;

  /**
   * @param bytes owned by the new object
   */
  SecretBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads a whole file.
   *
   * <p>The file is read into native memory of this method, because a channel copies into a heap
   * array through a buffer of its own, which keeps the bytes.
   */
  static SecretBytes read(Path file) throws BadCertificateException {
    try (FileChannel channel = open(file);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(MAX_FILE_BYTES + 1);
      try {
        ByteBuffer buffer = memory.asByteBuffer();
        int read = 0;
        while (buffer.hasRemaining() && read >= 0) {
          read = channel.read(buffer);
        }
        checkSize(file, buffer.position());
        byte[] bytes = new byte[buffer.position()];
        var _ = buffer.flip().get(bytes);
        return new SecretBytes(bytes);
      } finally {
        var _ = memory.fill((byte) 0);
      }
    } catch (IOException failed) {
      throw unreadable(file, failed);
    }
  }

  private static void checkSize(Path file, int bytes) throws BadCertificateException {
    if (bytes == 0) {
      throw new BadCertificateException(file, "the file is empty; copy it again");
    }
    if (bytes > MAX_FILE_BYTES) {
      throw new BadCertificateException(
          file,
          "the file is larger than 1 MiB, so it is neither a certificate nor a key; name another"
              + " file");
    }
  }

  private static FileChannel open(Path file) throws IOException, BadCertificateException {
    // Opening a pipe would wait for a writer.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new BadCertificateException(
          file,
          Files.isDirectory(file)
              ? "this is a directory; name the file in it"
              : "this is not a regular file, so it cannot be read again when it changes; name a"
                  + " regular file");
    }
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  static BadCertificateException unreadable(Path file, IOException failed) {
    String problem =
        switch (failed) {
          case NoSuchFileException missing -> "the file does not exist; check the path";
          case AccessDeniedException denied ->
              "the file cannot be read; give the user '"
                  + System.getProperty("user.name")
                  + "' permission to read it";
          case NotDirectoryException wrong -> "the path is wrong: a part of it is not a directory";
          case FileSystemException other when other.getReason() != null ->
              "the file cannot be read: " + other.getReason() + "; check the path";
          default -> "the file cannot be read: " + failed.getMessage() + "; check the disk";
        };
    return new BadCertificateException(file, problem, failed);
  }

  /** The bytes themselves, not a copy. */
  byte[] array() {
    return bytes;
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }
}
