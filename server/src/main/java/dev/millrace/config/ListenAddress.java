package dev.millrace.config;

import java.nio.file.Path;

/** Where a server accepts connections. Immutable. */
public sealed interface ListenAddress
    permits HostPort, ListenAddress.Unix, ListenAddress.Inherited {
  /** What a value looks like, for help. */
  String FORM = "[HOST:]PORT|unix:PATH|systemd:NAME";

  /** The format, for error messages. */
  String ALLOWED = HostPort.ALLOWED + ", or unix:/PATH, or systemd:NAME";

  /**
   * A Unix socket that the server creates (unix(7)).
   *
   * @param path absolute path of its file
   */
  record Unix(Path path) implements ListenAddress {
    static final String PREFIX = "unix:";

    @Override
    public String toString() {
      return PREFIX + path;
    }
  }

  /**
   * Listening sockets that the service manager has opened and handed over (sd_listen_fds(3)).
   *
   * @param name their {@code FileDescriptorName}; several sockets may share it
   */
  record Inherited(String name) implements ListenAddress {
    static final String PREFIX = "systemd:";

    @Override
    public String toString() {
      return PREFIX + name;
    }
  }

  /** Parses an address. */
  static ListenAddress parse(String text) throws SettingsException {
    if (text.startsWith(Unix.PREFIX)) {
      String path = text.substring(Unix.PREFIX.length());
      if (!path.startsWith("/") || path.endsWith("/") || path.indexOf('\0') >= 0) {
        throw new SettingsException("'" + text + "' is not unix: and the absolute path of a file");
      }
      return new Unix(Path.of(path).normalize());
    }
    if (text.startsWith(Inherited.PREFIX)) {
      String name = text.substring(Inherited.PREFIX.length());
      if (name.isEmpty() || name.indexOf(':') >= 0) {
        throw new SettingsException("'" + text + "' is not systemd: and the name of a socket");
      }
      return new Inherited(name);
    }
    try {
      return HostPort.parse(text);
    } catch (SettingsException wrong) {
      throw new SettingsException("'" + text + "' is not " + ALLOWED);
    }
  }
}
