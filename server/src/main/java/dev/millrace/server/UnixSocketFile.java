package dev.millrace.server;

import dev.millrace.config.Key;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.net.Sockets;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The file of a Unix socket on which the server listens. It exists from the start of the server to
 * its end. A file that a killed server has left is replaced; the file of a server that runs is not.
 */
final class UnixSocketFile {
  private static final Key<Set<PosixFilePermission>> MODE =
      Key.one(
          "socket-mode",
          "0660",
          "MODE",
          "Permissions of the server's Unix sockets, in octal; to connect needs the right to write.",
          UnixSocketFile::mode);

  private static final Key<Owner> OWNER =
      Key.one(
          "socket-owner",
          "",
          "USER:GROUP",
          "Owner of the server's Unix sockets; either part may be empty. Needs the right to change"
              + " it.",
          UnixSocketFile::owner);

  static final List<Key<?>> KEYS = List.of(MODE, OWNER);

  private static final String UNIX_MODE = "unix:mode";
  private static final int SOCKET_TYPE = 0xc; // S_IFSOCK of inode(7), without the mode bits
  private static final int ALL_BITS = 0x1ff;

  /** The names of a user and a group; empty for those of the process. */
  private record Owner(String user, String group) {
    @Override
    public String toString() {
      return group.isEmpty() ? user : user + ":" + group;
    }
  }

  private final Path path;
  private final Object file;

  private UnixSocketFile(Path path) throws IOException {
    this.path = path;
    this.file = key(path);
  }

  /** A listening socket and its file. */
  record Opened(int fd, UnixSocketFile file) {}

  /**
   * Listens on a path.
   *
   * @throws IOException if it cannot; an existing file that is no socket is left alone
   */
  static Opened listen(Path path, int backlog, Settings settings) throws IOException {
    removeAbandoned(path);
    int fd = Sockets.bindUnix(path.toString());
    try {
      UnixSocketFile file = new UnixSocketFile(path);
      file.own(settings.get(OWNER));
      Files.setPosixFilePermissions(path, settings.get(MODE));
      Sockets.listen(fd, backlog); // only now, so that no other client gets in before
      return new Opened(fd, file);
    } catch (IOException failed) {
      Sockets.close(fd);
      Files.deleteIfExists(path);
      throw failed;
    }
  }

  private static void removeAbandoned(Path path) throws IOException {
    try {
      int mode = (int) Files.getAttribute(path, UNIX_MODE, LinkOption.NOFOLLOW_LINKS);
      if (mode >> 12 != SOCKET_TYPE) {
        throw new IOException("a file that is no socket has this name");
      }
    } catch (NoSuchFileException free) {
      return;
    }
    if (Sockets.isListening(path.toString())) {
      throw new BindException("Address already in use");
    }
    Files.delete(path);
  }

  private void own(Owner owner) throws IOException {
    UserPrincipalLookupService users = path.getFileSystem().getUserPrincipalLookupService();
    var view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    try {
      if (!owner.group().isEmpty()) {
        view.setGroup(users.lookupPrincipalByGroupName(owner.group()));
      }
      if (!owner.user().isEmpty()) {
        view.setOwner(users.lookupPrincipalByName(owner.user()));
      }
    } catch (UserPrincipalNotFoundException unknown) {
      throw new IOException("socket-owner: there is no user or group '" + owner + "'", unknown);
    }
  }

  /** Deletes the file, unless another server has replaced it. */
  void delete() {
    try {
      if (file.equals(key(path))) {
        Files.deleteIfExists(path);
      }
    } catch (IOException gone) {
      // deleted by others, or the directory is not writable any more: the next start replaces it
    }
  }

  private static Object key(Path path) throws IOException {
    Map<String, Object> identity =
        Files.readAttributes(path, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
    return Map.copyOf(identity);
  }

  private static Set<PosixFilePermission> mode(String text) throws SettingsException {
    int bits;
    try {
      bits = Integer.parseInt(text, 8);
    } catch (NumberFormatException wrong) {
      bits = -1;
    }
    if (bits < 0 || bits > ALL_BITS) {
      throw new SettingsException("'" + text + "' is not an octal mode, as in 0660");
    }
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      int bit = PosixFilePermission.values().length - 1 - permission.ordinal();
      if ((bits >> bit & 1) == 1) {
        permissions.add(permission); // the constants are in the order of the bits
      }
    }
    return permissions;
  }

  private static Owner owner(String text) throws SettingsException {
    String[] parts = text.split(":", -1);
    if (parts.length > 2) {
      throw new SettingsException("'" + text + "' is not USER, USER:GROUP or :GROUP");
    }
    return new Owner(parts[0], parts.length == 2 ? parts[1] : "");
  }
}
