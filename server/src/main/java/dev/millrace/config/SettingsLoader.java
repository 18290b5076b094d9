package dev.millrace.config;

import dev.millrace.content.DigestPolicy;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.proxy.TrustedProxies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Loads settings from flags, {@code MILLRACE_*} environment variables, a YAML file and defaults, in
 * this order of precedence. Every error message names the source, the key and the rule.
 */
public final class SettingsLoader {
  /**
   * The command line.
   *
   * @param values by flag without dashes, as typed; {@code root} is the operand
   * @param config the YAML file, or null for the environment's
   */
  public record Flags(Map<String, List<String>> values, @Nullable Path config) {
    public Flags {
      values = Map.copyOf(values);
    }
  }

  private final Flags flags;
  private final Map<String, String> environment;
  private final Map<String, ConfigNode> file;

  private SettingsLoader(Flags flags, Map<String, String> environment) throws SettingsException {
    this.flags = flags;
    this.environment = environment;
    Path path = flags.config();
    String fromEnvironment = environment.get("MILLRACE_CONFIG");
    if (path == null && fromEnvironment != null) {
      path = Path.of(fromEnvironment);
    }
    refuseFormerNames(environment);
    this.file = path == null ? Map.of() : readYaml(path);
  }

  private static void refuseFormerNames(Map<String, String> environment) throws SettingsException {
    for (String variable : environment.keySet()) {
      if (variable.startsWith("MILLRACE_")) {
        String yaml = variable.substring("MILLRACE_".length()).toLowerCase(Locale.ROOT);
        SettingKey renamed = SettingKey.formerly(yaml);
        if (renamed != null) {
          throw new SettingsException(variable + " is now " + renamed.environment());
        }
      }
    }
  }

  /**
   * Loads the settings.
   *
   * @throws SettingsException for the first invalid value
   */
  public static Settings load(Flags flags, Map<String, String> environment)
      throws SettingsException {
    return new SettingsLoader(flags, environment).load();
  }

  /** Maximum of open-files. The share of the descriptors bounds it further. */
  private static final int MAX_OPEN_FILES = 1 << 20;

  private static final int MAX_DIGEST_QUEUE = 65_536;

  private static final int LOOPS_PER_PROCESSOR = 2;

  private Settings load() throws SettingsException {
    return new Settings(
        new MountsLoader(this::find, file).load(),
        list(SettingKey.LISTEN, HostPort::parse),
        one(SettingKey.MANAGEMENT, HostPort::parse),
        one(SettingKey.METRICS, SettingParsers::flag),
        one(SettingKey.TRANSPORT, SettingParsers::transport),
        one(SettingKey.LOOPS, text -> SettingParsers.number(text, 1, maxLoops())),
        one(SettingKey.ZERO_COPY, SettingParsers::flag),
        one(SettingKey.WORKERS, text -> SettingParsers.number(text, 1, 1024)),
        one(SettingKey.ACCESS_LOG, text -> text),
        one(SettingKey.ACCESS_LOG_FORMAT, SettingParsers::accessLogFormat),
        new CacheSettings(
            one(
                SettingKey.RESPONSE_CACHE,
                text -> text.equals("off") ? 0 : SettingParsers.bytes(text)),
            one(SettingKey.OPEN_FILES, text -> SettingParsers.number(text, 0, MAX_OPEN_FILES)),
            one(SettingKey.REVALIDATE, SettingParsers::duration)),
        new DigestPolicy(
            one(SettingKey.DIGESTS, SettingParsers::digestMode),
            one(SettingKey.CHECKSUM_FILES, SettingParsers::flag),
            one(SettingKey.CORRUPT, SettingParsers::refuseCorrupt),
            one(SettingKey.DIGEST_QUEUE, text -> SettingParsers.number(text, 1, MAX_DIGEST_QUEUE)),
            list(SettingKey.CHECKSUM_HEADERS, SettingParsers::algorithm)),
        one(SettingKey.STATE, text -> text.isEmpty() ? null : Path.of(text)),
        scrub(),
        http(),
        new TrustedProxies(
            list(SettingKey.TRUSTED_PROXIES, SettingParsers::cidr),
            one(SettingKey.PROXY_PROTOCOL, SettingParsers::flag)),
        one(SettingKey.IDLE_TIMEOUT, SettingParsers::duration),
        one(SettingKey.DRAIN, SettingParsers::duration),
        one(SettingKey.LAME_DUCK, SettingParsers::duration),
        one(SettingKey.WARM_UP, SettingParsers::warmUp));
  }

  /** More than two loops a processor only compete; this rejects a typing error. */
  static int maxLoops() {
    return LOOPS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
  }

  private int scrub() throws SettingsException {
    int rate = one(SettingKey.SCRUB, text -> text.isEmpty() ? 0 : SettingParsers.bytes(text));
    if (rate > 0 && one(SettingKey.STATE, String::isEmpty)) {
      throw find(SettingKey.SCRUB).wrong("requires state");
    }
    return rate;
  }

  private HttpLimits http() throws SettingsException {
    HttpLimits defaults = HttpLimits.DEFAULT;
    try {
      return new HttpLimits(
          one(SettingKey.MAX_TARGET, SettingParsers::bytes),
          one(SettingKey.MAX_HEAD, SettingParsers::bytes),
          one(SettingKey.MAX_FIELDS, text -> SettingParsers.number(text, 1, 1000)),
          one(SettingKey.HEAD_TIMEOUT, SettingParsers::duration),
          defaults.chunkExtensionBytes(),
          defaults.trailerBytes(),
          defaults.bodyBytes(),
          defaults.bodyTimeout(),
          defaults.lingerBytes(),
          defaults.lingerTimeout());
    } catch (IllegalArgumentException disagreeing) {
      throw new SettingsException(
          "max-target, max-head, head-timeout: " + disagreeing.getMessage());
    }
  }

  private <T> List<T> list(SettingKey key, ConfigNode.Parser<T> parser) throws SettingsException {
    return find(key).list(parser);
  }

  private <T extends @Nullable Object> T one(SettingKey key, ConfigNode.Parser<T> parser)
      throws SettingsException {
    return find(key).one(parser);
  }

  /** The effective value of a key: flag, variable, file, default. */
  private ConfigNode find(SettingKey key) {
    List<String> flag = flags.values().getOrDefault(key.yaml(), List.of());
    if (!flag.isEmpty()) {
      return new ConfigNode(key == SettingKey.ROOT ? "DIR" : "--" + key.yaml(), flag);
    }
    String variable = environment.get(key.environment());
    if (variable != null) {
      return new ConfigNode(key.environment(), variable);
    }
    ConfigNode inFile = file.get(key.yaml());
    return inFile != null ? inFile : new ConfigNode(key.yaml(), key.defaultValue());
  }

  private static Map<String, ConfigNode> readYaml(Path path) throws SettingsException {
    Object document;
    try {
      LoadSettings strict = LoadSettings.builder().setAllowDuplicateKeys(false).build();
      document = new Load(strict).loadFromString(Files.readString(path));
    } catch (NoSuchFileException missing) {
      throw new SettingsException("config: " + path + " does not exist");
    } catch (IOException unreadable) {
      throw new SettingsException("config: " + path + " cannot be read");
    } catch (MarkedYamlEngineException wrong) {
      String where =
          wrong.getProblemMark().map(mark -> " in line " + (mark.getLine() + 1)).orElse("");
      throw new SettingsException("config: " + path + where + ": " + wrong.getProblem());
    } catch (YamlEngineException wrong) {
      throw new SettingsException("config: " + path + " is not YAML");
    }
    if (document == null) {
      return Map.of();
    }
    List<String> allowed = allowedKeys();
    if (!(document instanceof Map<?, ?>)) {
      throw new SettingsException(
          "config: " + path + " holds no keys; allowed: " + String.join(", ", allowed));
    }
    return ConfigNode.document(path.toString(), document).members(allowed);
  }

  private static List<String> allowedKeys() {
    TreeSet<String> keys = new TreeSet<>(MountsLoader.KEYS);
    for (SettingKey key : SettingKey.values()) {
      keys.add(key.yaml());
    }
    return List.copyOf(keys);
  }
}
