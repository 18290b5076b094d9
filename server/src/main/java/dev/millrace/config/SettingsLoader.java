package dev.millrace.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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

  /** The key that the command line gives as its operand. */
  private static final String OPERAND = "root";

  private final List<Key<?>> keys;
  private final Map<String, String> renamed;
  private final Flags flags;
  private final Map<String, String> environment;
  private final Map<String, ConfigNode> file;
  private final Set<Path> files = new LinkedHashSet<>();

  private SettingsLoader(
      List<Key<?>> keys,
      Collection<String> structured,
      Flags flags,
      Map<String, String> environment)
      throws SettingsException {
    this.keys = keys;
    this.renamed = renamed(keys);
    this.flags = flags;
    this.environment = environment;
    Path path = file(flags, environment);
    refuseFormerNames();
    this.file = path == null ? Map.of() : readYaml(path, structured);
  }

  /** The YAML file with settings, or null. */
  public static @Nullable Path file(Flags flags, Map<String, String> environment) {
    String fromEnvironment = environment.get("MILLRACE_CONFIG");
    return flags.config() == null && fromEnvironment != null
        ? Path.of(fromEnvironment)
        : flags.config();
  }

  /**
   * Loads the values of keys.
   *
   * @param structured names that the YAML file may have besides those of the keys
   * @throws SettingsException naming the first value that is invalid
   */
  public static Settings load(
      List<Key<?>> keys,
      Collection<String> structured,
      Flags flags,
      Map<String, String> environment)
      throws SettingsException {
    SettingsLoader loader = new SettingsLoader(keys, structured, flags, environment);
    Map<Key<?>, ConfigNode> nodes = new LinkedHashMap<>(); // errors in the order of the keys
    for (Key<?> key : keys) {
      nodes.put(key, loader.find(key));
    }
    return new Settings(nodes, loader.file, loader.files);
  }

  /** The former names of keys, each with the current one. */
  public static Map<String, String> renamed(List<Key<?>> keys) {
    Map<String, String> renamed = new HashMap<>();
    for (Key<?> key : keys) {
      String former = key.formerName();
      if (former != null) {
        renamed.put(former, key.name());
      }
    }
    return renamed;
  }

  private void refuseFormerNames() throws SettingsException {
    for (Key<?> key : keys) {
      String former = key.formerName();
      if (former != null) {
        String variable = "MILLRACE_" + former.toUpperCase(Locale.ROOT);
        if (environment.containsKey(variable)) {
          throw new SettingsException(variable + " is now " + key.environment());
        }
      }
    }
  }

  /** The effective value of a key: flag, environment, file, default. */
  private ConfigNode find(Key<?> key) {
    List<String> flag = flags.values().getOrDefault(key.name(), List.of());
    if (!flag.isEmpty()) {
      return new ConfigNode(key.name().equals(OPERAND) ? "DIR" : "--" + key.name(), flag, files);
    }
    String variable = environment.get(key.environment());
    if (variable != null) {
      return new ConfigNode(key.environment(), variable, files);
    }
    ConfigNode inFile = file.get(key.name());
    return inFile != null ? inFile : new ConfigNode(key.name(), key.defaultText(), files);
  }

  private Map<String, ConfigNode> readYaml(Path path, Collection<String> structured)
      throws SettingsException {
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
    List<String> allowed = new ArrayList<>(structured);
    keys.forEach(key -> allowed.add(key.name()));
    if (!(document instanceof Map<?, ?>)) {
      allowed.sort(null);
      throw new SettingsException(
          "config: " + path + " holds no keys; allowed: " + String.join(", ", allowed));
    }
    return ConfigNode.document(path.toString(), document, files).members(allowed, renamed);
  }
}
