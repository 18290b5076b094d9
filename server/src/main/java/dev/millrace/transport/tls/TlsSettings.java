package dev.millrace.transport.tls;

import dev.millrace.config.Key;
import dev.millrace.config.ListenAddress;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.transport.tls.TlsServer.ClientAuth;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of TLS connections. */
public final class TlsSettings {
  public static final Key<List<ListenAddress>> LISTEN =
      Key.list(
          "tls-listen",
          "",
          ListenAddress.FORM,
          "Address to listen on for HTTPS; may be repeated. Needs a certificate.",
          ListenAddress::parse);

  /** Whether TLS 1.2 is refused. */
  private static final Key<Boolean> ONLY_13 =
      Key.one(
          "tls-min-version",
          "1.2",
          "1.2|1.3",
          "The oldest version of TLS that is accepted.",
          Parser.oneOf(Map.of("1.2", false, "1.3", true), "1.2, 1.3"));

  public static final Key<ClientAuth> CLIENT_AUTH =
      Key.one(
          "tls-client-auth",
          "off",
          "off|optional|required",
          "Whether clients may or must identify themselves with a certificate.",
          Parser.oneOf(
              Map.of(
                  "off", ClientAuth.OFF,
                  "optional", ClientAuth.OPTIONAL,
                  "required", ClientAuth.REQUIRED),
              "off, optional, required"));

  public static final Key<@Nullable Path> CLIENT_CA =
      Key.one(
          "tls-client-ca",
          "",
          "FILE",
          "PEM file with the authorities whose client certificates are accepted.",
          text -> text.isEmpty() ? null : Path.of(text));

  private static final Key<Duration> HANDSHAKE_TIMEOUT =
      Key.one(
          "tls-handshake-timeout",
          "10s",
          "TIME",
          "Maximum time from the accepted connection to the complete handshake.",
          Parser::duration);

  public static final List<Key<?>> KEYS =
      List.of(LISTEN, ONLY_13, CLIENT_AUTH, CLIENT_CA, HANDSHAKE_TIMEOUT);

  private TlsSettings() {}

  /**
   * The policy of the settings.
   *
   * @throws SettingsException if settings contradict each other
   */
  public static TlsServer.Policy of(Settings settings) throws SettingsException {
    ClientAuth auth = settings.get(CLIENT_AUTH);
    if (auth != ClientAuth.OFF && settings.get(CLIENT_CA) == null) {
      throw settings.node(CLIENT_AUTH).wrong("requires tls-client-ca, the accepted authorities");
    }
    if (auth == ClientAuth.OFF && settings.get(CLIENT_CA) != null) {
      throw settings.node(CLIENT_CA).wrong("requires tls-client-auth: optional or required");
    }
    return new TlsServer.Policy(
        settings.get(ONLY_13),
        auth,
        settings.get(HANDSHAKE_TIMEOUT),
        List.of(TlsServer.HTTP1_PROTOCOL));
  }
}
