package dev.millrace.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * A host and a port to listen on.
 *
 * @param host host name or address; IPv6 without brackets
 * @param port 0 to 65535; 0 selects a free port
 */
public record HostPort(String host, int port) implements ListenAddress {
  /** The format, for error messages. */
  static final String ALLOWED =
      "HOST:PORT, as in 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:80, or PORT, or :PORT";

  /**
   * Parses {@code HOST:PORT}; an IPv6 address must be in brackets. {@code PORT} alone is that of
   * 127.0.0.1, and {@code :PORT} that of all IPv4 addresses.
   */
  public static HostPort parse(String text) throws SettingsException {
    int colon = text.lastIndexOf(':');
    String host =
        switch (colon) {
          case -1 -> "127.0.0.1";
          case 0 -> "0.0.0.0";
          default -> text.substring(0, colon);
        };
    if (colon < 1) {
      // no address was given
    } else if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new SettingsException("'" + text + "' is not " + ALLOWED);
    }
    int port;
    try {
      port = Integer.parseUnsignedInt(text.substring(colon + 1));
    } catch (NumberFormatException notANumber) {
      port = -1;
    }
    if (host.isEmpty() || port < 0 || port > 65_535) {
      throw new SettingsException("'" + text + "' is not " + ALLOWED);
    }
    return new HostPort(host, port);
  }

  public InetSocketAddress resolve() throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByName(host), port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
