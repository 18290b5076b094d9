package dev.millrace.server;

import dev.millrace.accesslog.AccessLogWriter;
import dev.millrace.acme.AcmeSettings;
import dev.millrace.config.Key;
import dev.millrace.config.ListenAddress;
import dev.millrace.config.Parser;
import dev.millrace.content.MountSettings;
import dev.millrace.process.Landlock;
import dev.millrace.process.User;
import dev.millrace.transport.tls.TlsSettings;
import dev.millrace.uring.ErrnoException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the process gives up before it serves. The starting thread only. */
public final class Confinement {
  private static final Key<String> USER =
      Key.one(
          "user",
          "",
          "NAME",
          "User to run as once root has opened the ports; requires io_uring.",
          text -> text);

  private static final Key<Boolean> LANDLOCK =
      Key.one(
          "landlock",
          "off",
          "on|off",
          "Whether the kernel refuses the server all files that the configuration does not name.",
          Parser::flag);

  static final List<Key<?>> KEYS = List.of(USER, LANDLOCK);

  /** Keys of directories. The files of other keys may be replaced. */
  private static final Set<Key<?>> DIRECTORIES =
      Set.of(MountSettings.ROOT, ServerSettings.STATE, AcmeSettings.HTTP_01_FOLDER);

  /** What Java and the C library read. */
  private static final List<String> SYSTEM =
      List.of("/etc", "/usr", "/lib", "/lib64", "/bin", "/proc", "/sys", "/dev", "/run");

  private Confinement() {}

  /** Whether the server runs as another user than the one that has started it. */
  public static boolean changesUser(ServerSettings settings) {
    return !settings.get(USER).isEmpty();
  }

  /**
   * Listens on the addresses of the settings, then becomes the user of the settings.
   *
   * @param sockets gets the listening sockets
   * @throws StartException if the user does not exist, or this process is not root's
   */
  public static void changeUser(ServerSettings settings, InheritedSockets sockets)
      throws StartException {
    String name = settings.get(USER);
    User user =
        User.find(name)
            .orElseThrow(() -> new StartException("user: there is no user '" + name + "'"));
    if (User.current() == user.id()) {
      return;
    }
    if (User.current() != 0) {
      throw new StartException("user: only root can become " + name);
    }
    sockets.listen(ServerSettings.LISTEN, settings.get(ServerSettings.LISTEN));
    sockets.listen(TlsSettings.LISTEN, settings.get(TlsSettings.LISTEN));
    try {
      user.become();
    } catch (ErrnoException refused) {
      throw new StartException("user: " + name + ": " + refused.getMessage(), refused);
    }
    for (Path part : program()) {
      if (!Files.isReadable(part)) {
        throw new StartException("user: " + name + " cannot read " + part + ", a part of Millrace");
      }
    }
  }

  /** The files from which Java loads the classes of the server. */
  private static List<Path> program() {
    String entries = System.getProperty("java.class.path");
    return Arrays.stream(entries.split(File.pathSeparator)).map(Path::of).toList();
  }

  /**
   * Restricts this thread, and so all threads of the server, which it starts from now on.
   *
   * @param config the configuration file, or null
   * @throws StartException if the kernel cannot, and the settings require it
   */
  public static void restrict(ServerSettings settings, @Nullable Path config)
      throws StartException {
    try {
      Landlock.gainNoPrivileges();
      if (settings.get(LANDLOCK)) {
        Landlock.restrict(readable(settings, config), writable(settings));
      }
    } catch (ErrnoException refused) {
      throw new StartException("landlock: " + refused.getMessage(), refused);
    }
  }

  private static List<Path> readable(ServerSettings settings, @Nullable Path config) {
    List<Path> paths = new ArrayList<>();
    SYSTEM.forEach(directory -> paths.add(Path.of(directory)));
    paths.add(Path.of(System.getProperty("java.home")));
    paths.addAll(program());
    settings.mounts().forEach(mount -> paths.add(mount.root()));
    for (Key<?> key : ServerSettings.KEYS) {
      Object value = settings.get(key);
      List<?> values = value instanceof List<?> list ? list : List.of(value == null ? "" : value);
      for (Object each : values) {
        if (each instanceof Path file && !DIRECTORIES.contains(key)) {
          paths.add(folder(file)); // where another file may replace it
        }
      }
    }
    if (config != null) {
      paths.add(folder(config));
    }
    return paths;
  }

  private static List<Path> writable(ServerSettings settings) {
    List<Path> paths = new ArrayList<>();
    paths.add(Path.of("/dev/null"));
    paths.add(Path.of(System.getProperty("java.io.tmpdir")));
    Stream.of(ServerSettings.STATE, AcmeSettings.HTTP_01_FOLDER)
        .map(settings::get)
        .filter(Objects::nonNull)
        .forEach(paths::add);
    settings.mounts().stream()
        .filter(mount -> !mount.policy().writeRules().isEmpty())
        .forEach(mount -> paths.add(mount.root()));
    Path pidFile = settings.get(ReloadSettings.PID_FILE);
    if (pidFile != null) {
      paths.add(folder(pidFile));
    }
    String log = settings.get(AccessLogWriter.TARGET);
    if (!log.equals("off") && !log.equals("-")) {
      paths.add(folder(Path.of(log)));
    }
    Stream.of(ServerSettings.LISTEN, TlsSettings.LISTEN)
        .flatMap(key -> settings.get(key).stream())
        .forEach(address -> {
          if (address instanceof ListenAddress.Unix(Path socket)) {
            paths.add(folder(socket));
          }
        });
    return paths;
  }

  /** The directory of a file; the file itself if it is in {@code /}, which contains everything. */
  private static Path folder(Path file) {
    Path absolute = file.toAbsolutePath();
    Path parent = absolute.getParent();
    return parent == null || parent.getParent() == null ? absolute : parent;
  }
}
