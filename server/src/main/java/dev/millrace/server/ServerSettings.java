package dev.millrace.server;

import dev.millrace.accesslog.AccessLogWriter;
import dev.millrace.config.HostPort;
import dev.millrace.config.Key;
import dev.millrace.config.ListenAddress;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.content.DigestPolicy;
import dev.millrace.content.Mount;
import dev.millrace.content.MountSettings;
import dev.millrace.content.compress.CompressionSettings;
import dev.millrace.content.write.UploadSettings;
import dev.millrace.http.http2.Http2Settings;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.limits.LimitSettings;
import dev.millrace.proxy.TrustedProxies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server: the values of all keys, and what features make of them. Immutable.
 *
 * @param values the value of each key of {@link #KEYS}
 * @param mounts the mounts; the first is the root directory at {@code /} for any host
 * @param digests which digests are computed and sent
 * @param http bounds of the HTTP parser
 * @param trustedProxies proxies whose information about clients is trusted
 * @param https the listeners, certificates and rules of HTTPS
 * @param limits limits of clients
 */
public record ServerSettings(
    Settings values,
    List<Mount> mounts,
    DigestPolicy digests,
    HttpLimits http,
    TrustedProxies trustedProxies,
    HttpsSettings https,
    LimitSettings limits) {
  public static final Key<List<ListenAddress>> LISTEN =
      Key.list(
          "listen",
          "127.0.0.1:8080",
          ListenAddress.FORM,
          "Address to listen on; may be repeated.",
          ListenAddress::parse);

  public static final Key<@Nullable HostPort> MANAGEMENT =
      Key.one(
          "management",
          "127.0.0.1:9090",
          "off|HOST:PORT",
          "Address of health checks and metrics.",
          text -> text.equals("off") ? null : HostPort.parse(text));

  public static final Key<Boolean> METRICS =
      Key.one(
          "metrics",
          "on",
          "on|off",
          "Whether metrics are collected, and shown at /metrics and /status.",
          Parser::flag);

  public static final Key<Integer> WORKERS =
      Key.one(
          "workers",
          String.valueOf(Math.max(2, Runtime.getRuntime().availableProcessors())),
          "N",
          "Number of worker threads, and of hashing threads; by default one a processor, at least 2.",
          Parser.number(1, 1024));

  public static final Key<Duration> DRAIN =
      Key.one(
          "drain",
          "30s",
          "TIME",
          "Maximum time that a stop waits for active requests.",
          Parser::duration);

  public static final Key<Duration> LAME_DUCK =
      Key.one(
          "lame-duck",
          "2s",
          "TIME",
          "How long a stop keeps idle connections open, for requests that are in transit.",
          Parser::duration);

  public static final Key<Duration> WARM_UP =
      Key.one(
          "warm-up",
          "off",
          "off|TIME",
          "How long to warm up before the start, so that the first requests run compiled code.",
          ServerSettings::warmUp);

  public static final Key<Duration> IDLE_TIMEOUT =
      Key.one(
          "idle-timeout",
          "75s",
          "TIME",
          "Maximum idle time of a connection between requests.",
          Parser::duration);

  public static final Key<@Nullable Path> STATE =
      Key.one(
          "state",
          "",
          "DIR",
          "Directory that keeps digests and compressed files across restarts; or else in memory.",
          text -> text.isEmpty() ? null : Path.of(text));

  /** Bytes a second, 0 for none. */
  public static final Key<Integer> SCRUB =
      Key.one(
          "scrub",
          "",
          "SIZE",
          "Bytes a second of known files to read and verify again, as in 20MiB; requires state.",
          text -> text.isEmpty() ? 0 : Parser.bytes(text));

  /** All keys, in the order of help and documentation. */
  public static final List<Key<?>> KEYS =
      Stream.of(
              List.of(MountSettings.ROOT, LISTEN),
              UnixSocketFile.KEYS,
              Confinement.KEYS,
              ReloadSettings.KEYS,
              List.of(MANAGEMENT, ManagementPort.TOKENS, METRICS),
              HttpsSettings.KEYS,
              Http2Settings.KEYS,
              TransportSettings.KEYS,
              List.of(WORKERS, DRAIN, LAME_DUCK, WARM_UP),
              MountSettings.POLICY,
              CompressionSettings.KEYS,
              LoopCaches.KEYS,
              UploadSettings.KEYS,
              AccessLogWriter.KEYS,
              DigestPolicy.KEYS,
              List.of(STATE, SCRUB, IDLE_TIMEOUT),
              HttpLimits.KEYS,
              LimitSettings.KEYS,
              TrustedProxies.KEYS)
          .<Key<?>>flatMap(List::stream)
          .toList();

  /** Names that the YAML file may have besides those of the keys. */
  static final List<String> STRUCTURED =
      Stream.of(MountSettings.STRUCTURED, HttpsSettings.STRUCTURED, LimitSettings.STRUCTURED)
          .flatMap(List::stream)
          .toList();

  public ServerSettings {
    mounts = List.copyOf(mounts);
  }

  /**
   * Loads the settings.
   *
   * @throws SettingsException naming the first value that is invalid
   */
  public static ServerSettings load(SettingsLoader.Flags flags, Map<String, String> environment)
      throws SettingsException {
    Settings values = loadValues(flags, environment);
    if (values.get(SCRUB) > 0 && values.get(STATE) == null) {
      throw values.node(SCRUB).wrong("requires state, the index of known files");
    }
    return new ServerSettings(
        values,
        MountSettings.mounts(values),
        DigestPolicy.of(values),
        HttpLimits.of(values),
        TrustedProxies.of(values),
        HttpsSettings.of(values),
        LimitSettings.of(values));
  }

  /** Loads the values of all keys, without the mounts and what else is made of them. */
  public static Settings loadValues(SettingsLoader.Flags flags, Map<String, String> environment)
      throws SettingsException {
    return SettingsLoader.load(KEYS, STRUCTURED, flags, environment);
  }

  /** The files of passwords and tokens that were read. */
  public Set<Path> files() {
    return values.files();
  }

  /** The value of a key. */
  public <T extends @Nullable Object> T get(Key<T> key) {
    return values.get(key);
  }

  private static Duration warmUp(String text) throws SettingsException {
    if (text.equals("off")) {
      return Duration.ZERO;
    }
    Duration time = Parser.duration(text);
    if (time.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new SettingsException("'" + text + "' is longer than 1m");
    }
    return time;
  }
}
