package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Settings from flags, over {@code MILLRACE_*} environment variables, over a YAML file, over
 * defaults. Every error names where the value came from, its key, and what is allowed.
 */
public final class SettingsLoader {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
  private static final String DURATION_ALLOWED = "a number and ms, s, m or h, as in 30s";

  /** The keys, as they stand in YAML; the environment has them in capitals behind MILLRACE_. */
  private enum Key {
    ROOT,
    LISTEN,
    MANAGEMENT,
    TRANSPORT,
    WORKERS,
    DRAIN;

    String yaml() {
      return name().toLowerCase(Locale.ROOT);
    }

    String environment() {
      return "MILLRACE_" + name();
    }
  }

  /**
   * What the command line gave; null or empty where it gave nothing.
   *
   * @param root and the others: as typed
   */
  public record Flags(
      @Nullable String root,
      List<String> listen,
      @Nullable String management,
      @Nullable String transport,
      @Nullable String workers,
      @Nullable String drain,
      @Nullable Path config) {
    public Flags {
      listen = List.copyOf(listen);
    }

    private List<String> get(Key key) {
      return switch (key) {
        case ROOT -> one(root);
        case LISTEN -> listen;
        case MANAGEMENT -> one(management);
        case TRANSPORT -> one(transport);
        case WORKERS -> one(workers);
        case DRAIN -> one(drain);
      };
    }

    private static List<String> one(@Nullable String value) {
      return value == null ? List.of() : List.of(value);
    }
  }

  /** A value and where it came from, for messages. */
  private record Sourced(String source, List<String> values) {
    String single() throws SettingsException {
      if (values.size() != 1) {
        throw new SettingsException(source + ": one value is allowed, not " + values.size());
      }
      return values.getFirst();
    }
  }

  /** Parses text and says what is wrong with it. */
  @FunctionalInterface
  private interface Parser<T> {
    T parse(String text) throws SettingsException;
  }

  private final Flags flags;
  private final Map<String, String> environment;
  private final Map<String, List<String>> file;
  private final String fileName;

  private SettingsLoader(Flags flags, Map<String, String> environment) throws SettingsException {
    this.flags = flags;
    this.environment = environment;
    Path path = flags.config();
    String fromEnvironment = environment.get("MILLRACE_CONFIG");
    if (path == null && fromEnvironment != null) {
      path = Path.of(fromEnvironment);
    }
    this.fileName = path == null ? "" : path.toString();
    this.file = path == null ? Map.of() : readYaml(path);
  }

  /**
   * Puts the settings together.
   *
   * @throws SettingsException naming the first value that cannot be used
   */
  public static Settings load(Flags flags, Map<String, String> environment)
      throws SettingsException {
    return new SettingsLoader(flags, environment).load();
  }

  private Settings load() throws SettingsException {
    return new Settings(
        one(Key.ROOT, ".", Path::of),
        listen(),
        one(Key.MANAGEMENT, "127.0.0.1:9090", HostPort::parse),
        one(Key.TRANSPORT, "auto", SettingsLoader::transport),
        one(
            Key.WORKERS,
            String.valueOf(Math.max(2, Runtime.getRuntime().availableProcessors())),
            SettingsLoader::workers),
        one(Key.DRAIN, "30s", SettingsLoader::duration));
  }

  private List<HostPort> listen() throws SettingsException {
    Sourced found = find(Key.LISTEN, "127.0.0.1:8080");
    List<HostPort> addresses = new ArrayList<>();
    for (String value : found.values()) {
      for (String part : value.split(",", -1)) {
        addresses.add(parse(found.source(), part.strip(), HostPort::parse));
      }
    }
    return addresses;
  }

  private <T> T one(Key key, String byDefault, Parser<T> parser) throws SettingsException {
    Sourced found = find(key, byDefault);
    return parse(found.source(), found.single(), parser);
  }

  private static <T> T parse(String source, String text, Parser<T> parser)
      throws SettingsException {
    try {
      return parser.parse(text);
    } catch (SettingsException wrong) {
      throw new SettingsException(source + ": " + wrong.getMessage());
    }
  }

  private Sourced find(Key key, String byDefault) {
    List<String> flag = flags.get(key);
    if (!flag.isEmpty()) {
      return new Sourced(key == Key.ROOT ? "DIR" : "--" + key.yaml(), flag);
    }
    String variable = environment.get(key.environment());
    if (variable != null) {
      return new Sourced(key.environment(), List.of(variable));
    }
    List<String> inFile = file.get(key.yaml());
    if (inFile != null) {
      return new Sourced(fileName + ": " + key.yaml(), inFile);
    }
    return new Sourced(key.yaml(), List.of(byDefault));
  }

  private static TransportChoice transport(String text) throws SettingsException {
    return switch (text) {
      case "auto" -> TransportChoice.AUTO;
      case "uring" -> TransportChoice.URING;
      case "nio" -> TransportChoice.NIO;
      default -> throw new SettingsException("'" + text + "' is not one of auto, uring, nio");
    };
  }

  private static int workers(String text) throws SettingsException {
    try {
      int workers = Integer.parseInt(text);
      if (workers >= 1 && workers <= 1024) {
        return workers;
      }
    } catch (NumberFormatException notANumber) {
      // told below, like a number out of range
    }
    throw new SettingsException("'" + text + "' is not a number from 1 to 1024");
  }

  private static Duration duration(String text) throws SettingsException {
    Matcher match = DURATION.matcher(text);
    if (!match.matches()) {
      throw new SettingsException("'" + text + "' is not " + DURATION_ALLOWED);
    }
    long number = Long.parseLong(match.group(1));
    return switch (match.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  private static Map<String, List<String>> readYaml(Path path) throws SettingsException {
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
    if (!(document instanceof Map<?, ?> map)) {
      throw new SettingsException("config: " + path + " holds no keys; allowed: " + allowedKeys());
    }
    return checked(path, map);
  }

  private static Map<String, List<String>> checked(Path path, Map<?, ?> map)
      throws SettingsException {
    Map<String, List<String>> values = new HashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey());
      if (Arrays.stream(Key.values()).noneMatch(known -> known.yaml().equals(key))) {
        throw new SettingsException(
            path + ": unknown key '" + key + "'; allowed: " + allowedKeys());
      }
      List<String> texts = new ArrayList<>();
      List<?> items = entry.getValue() instanceof List<?> list ? list : List.of(orEmpty(entry));
      for (Object item : items) {
        if (item instanceof Map<?, ?> || item instanceof List<?>) {
          throw new SettingsException(
              path + ": " + key + ": a value or a list of values is allowed");
        }
        texts.add(String.valueOf(item));
      }
      values.put(key, texts);
    }
    return values;
  }

  private static Object orEmpty(Map.Entry<?, ?> entry) {
    Object value = entry.getValue();
    return value == null ? "" : value;
  }

  private static String allowedKeys() {
    return Arrays.stream(Key.values()).map(Key::yaml).sorted().collect(Collectors.joining(", "));
  }
}
