package dev.millrace.https;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How HTTP and HTTPS relate. Immutable.
 *
 * @param redirectPort the port of redirects from HTTP to HTTPS; 0 for no redirects
 * @param hsts the value of Strict-Transport-Security (RFC 6797), or null for none
 */
public record HttpsPolicy(int redirectPort, @Nullable String hsts) {
  static final int HTTPS_PORT = 443;
  private static final int MAX_PORT = 65_535;

  /** The port, -1 for that of the first HTTPS listener, 0 for no redirects. */
  private static final Key<Integer> REDIRECT =
      Key.one(
          "redirect-http",
          "off",
          "on|off|PORT",
          "Whether plain HTTP requests are redirected to HTTPS, at the first tls-listen port or at"
              + " PORT.",
          text ->
              switch (text) {
                case "on", "true" -> -1;
                case "off", "false" -> 0;
                default -> Parser.number(1, MAX_PORT).parse(text);
              });

  private static final Key<Duration> HSTS =
      Key.one(
          "hsts",
          "off",
          "off|TIME",
          "How long browsers must use HTTPS for this host: Strict-Transport-Security.",
          text -> text.equals("off") ? Duration.ZERO : Parser.duration(text));

  private static final Key<Boolean> HSTS_SUBDOMAINS =
      Key.one(
          "hsts-subdomains",
          "off",
          "on|off",
          "Whether hsts applies to all subdomains as well.",
          Parser::flag);

  public static final List<Key<?>> KEYS = List.of(REDIRECT, HSTS, HSTS_SUBDOMAINS);

  /**
   * The policy of the settings.
   *
   * @param firstPort the port of the first HTTPS listener; 0 if there is none
   * @throws SettingsException if settings contradict each other
   */
  public static HttpsPolicy of(Settings settings, int firstPort) throws SettingsException {
    int redirect = settings.get(REDIRECT);
    if (redirect == -1 && firstPort == 0) {
      throw settings
          .node(REDIRECT)
          .wrong("requires tls-listen with a fixed port, or the port of HTTPS as the value");
    }
    Duration hsts = settings.get(HSTS);
    if (hsts.isZero() && settings.get(HSTS_SUBDOMAINS)) {
      throw settings.node(HSTS_SUBDOMAINS).wrong("requires hsts");
    }
    String field =
        "max-age="
            + hsts.toSeconds()
            + (settings.get(HSTS_SUBDOMAINS) ? "; includeSubDomains" : "");
    return new HttpsPolicy(redirect == -1 ? firstPort : redirect, hsts.isZero() ? null : field);
  }

  /** Whether requests over plain HTTP are redirected. */
  public boolean redirects() {
    return redirectPort > 0;
  }
}
