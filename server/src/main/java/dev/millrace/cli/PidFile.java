package dev.millrace.cli;

import dev.millrace.server.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The file with the number of a server's process. */
final class PidFile {
  private final Path file;

  PidFile(Path file) {
    this.file = file;
  }

  /** Writes the number of this process; replaces the file that a killed server has left. */
  void write() throws StartException {
    try {
      Files.writeString(file, ProcessHandle.current().pid() + "\n");
    } catch (IOException failed) {
      throw new StartException("pid-file: cannot write " + file, failed);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException kept) {
      // the next server replaces it, and a reload notices that no server has this number
    }
  }

  /**
   * The number of the server that runs.
   *
   * @throws IOException if there is none; the message is for the operator
   */
  int read() throws IOException {
    String text;
    try {
      text = Files.readString(file).strip();
    } catch (NoSuchFileException missing) {
      throw new IOException(file + " does not exist: is the server running?", missing);
    } catch (IOException unreadable) {
      throw new IOException(file + " cannot be read", unreadable);
    }
    int pid;
    try {
      pid = Integer.parseInt(text);
    } catch (NumberFormatException other) {
      throw new IOException(file + " is not the number of a process", other);
    }
    if (!isServer(pid)) {
      throw new IOException(file + ": process " + pid + " is no Millrace server");
    }
    return pid;
  }

  private static boolean isServer(int pid) {
    try {
      String words = Files.readString(Path.of("/proc", String.valueOf(pid), "cmdline"));
      return List.of(words.split("\0")).contains(Millrace.class.getName());
    } catch (IOException gone) {
      return false;
    }
  }
}
