package dev.millrace.server;

import dev.millrace.acme.AcmeSettings;
import dev.millrace.certificate.CertificateFiles;
import dev.millrace.certificate.CertificateSettings;
import dev.millrace.config.HostPort;
import dev.millrace.config.Key;
import dev.millrace.config.ListenAddress;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.http.http2.Http2Settings;
import dev.millrace.https.HttpsPolicy;
import dev.millrace.transport.tls.TlsServer;
import dev.millrace.transport.tls.TlsSettings;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of HTTPS. Immutable.
 *
 * @param tls the policy of TLS connections
 * @param certificates files with certificates
 * @param selfSigned whether a certificate is made at start
 * @param policy redirects and Strict-Transport-Security
 * @param acme names to obtain certificates for, or null
 */
public record HttpsSettings(
    TlsServer.Policy tls,
    List<CertificateFiles.Location> certificates,
    boolean selfSigned,
    HttpsPolicy policy,
    @Nullable AcmeSettings acme) {
  public static final Key<Boolean> SELF_SIGNED =
      Key.one(
          "tls-self-signed",
          "off",
          "on|off",
          "Whether to make a certificate at start, for tests and trusted networks.",
          Parser::flag);

  static final List<Key<?>> KEYS =
      Stream.of(
              TlsSettings.KEYS,
              CertificateSettings.KEYS,
              List.of(SELF_SIGNED),
              AcmeSettings.KEYS,
              HttpsPolicy.KEYS)
          .<Key<?>>flatMap(List::stream)
          .toList();

  static final List<String> STRUCTURED = CertificateSettings.STRUCTURED;

  /** Loads the settings; throws if they contradict each other. */
  static HttpsSettings of(Settings values) throws SettingsException {
    List<ListenAddress> listen = values.get(TlsSettings.LISTEN);
    List<CertificateFiles.Location> files = CertificateSettings.of(values);
    boolean selfSigned = values.get(SELF_SIGNED);
    AcmeSettings acme = AcmeSettings.of(values, values.get(ServerSettings.STATE));
    boolean hasCertificate = selfSigned || !files.isEmpty() || acme != null;
    if (!listen.isEmpty() && !hasCertificate) {
      throw values
          .node(TlsSettings.LISTEN)
          .wrong("requires a certificate: tls-cert and tls-key, acme, or tls-self-signed");
    }
    if (listen.isEmpty() && hasCertificate) {
      throw new SettingsException("a certificate requires tls-listen, the address of HTTPS");
    }
    if (selfSigned && (!files.isEmpty() || acme != null)) {
      throw values.node(SELF_SIGNED).wrong("excludes other certificates");
    }
    requireOwnPorts(values, listen);
    int firstPort =
        !listen.isEmpty() && listen.getFirst() instanceof HostPort first ? first.port() : 0;
    TlsServer.Policy tls = TlsSettings.of(values);
    if (values.get(Http2Settings.HTTP2)) {
      tls = tls.withProtocols(List.of(TlsServer.HTTP2_PROTOCOL, TlsServer.HTTP1_PROTOCOL));
    }
    return new HttpsSettings(tls, files, selfSigned, HttpsPolicy.of(values, firstPort), acme);
  }

  private static void requireOwnPorts(Settings values, List<ListenAddress> listen)
      throws SettingsException {
    for (ListenAddress plain : values.get(ServerSettings.LISTEN)) {
      for (ListenAddress tls : listen) {
        if (plain instanceof HostPort(_, int port)
            && tls instanceof HostPort(_, int tlsPort)
            && port == tlsPort
            && port != 0) {
          throw alreadyPlain(values, "port " + port);
        }
        if (!(plain instanceof HostPort) && plain.equals(tls)) {
          throw alreadyPlain(values, plain.toString());
        }
      }
    }
  }

  private static SettingsException alreadyPlain(Settings values, String what) {
    return values.node(TlsSettings.LISTEN).wrong(what + " is for plain HTTP already, see listen");
  }

  /** Whether there is a listener for HTTPS. */
  public boolean isOn() {
    return selfSigned || !certificates.isEmpty() || acme != null;
  }
}
