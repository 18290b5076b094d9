package dev.millrace.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A value of the configuration with its place, which prefixes every error message: {@code
 * millrace.yaml: mounts[1].listing: ...}.
 */
public final class ConfigNode {
  /** YAML 1.1 reads an unquoted off as false; so do the tools that write configurations. */
  private static final Map<String, String> SAME =
      Map.of("false", "off", "true", "on", "off", "false", "on", "true");

  private final String place;
  private final String separator;
  private final @Nullable Object value;

  /** The files that {@link #lines} has read, of all nodes of a configuration. */
  private final Set<Path> files;

  /**
   * @param place for messages: the source, then the path of keys
   * @param value from YAML: a map, a list, a scalar or null
   * @param files receives the files that are read
   */
  ConfigNode(String place, @Nullable Object value, Set<Path> files) {
    this(place, ".", value, files);
  }

  private ConfigNode(String place, String separator, @Nullable Object value, Set<Path> files) {
    this.place = place;
    this.separator = separator;
    this.value = value;
    this.files = files;
  }

  /** The top-level value of a file. */
  static ConfigNode document(String file, Object value, Set<Path> files) {
    return new ConfigNode(file, ": ", value, files);
  }

  public SettingsException wrong(String what) {
    return new SettingsException(place + ": " + what);
  }

  /** The members of a map; rejects all other keys. */
  public Map<String, ConfigNode> members(Collection<String> allowed) throws SettingsException {
    return members(allowed, Map.of());
  }

  /**
   * The members of a map; rejects all other keys.
   *
   * @param renamed former keys with the current ones, for the message
   */
  public Map<String, ConfigNode> members(Collection<String> allowed, Map<String, String> renamed)
      throws SettingsException {
    Map<String, ConfigNode> members = members();
    for (String key : members.keySet()) {
      if (!allowed.contains(key)) {
        String current = renamed.get(key);
        throw wrong(
            current != null
                ? "'" + key + "' is now '" + current + "'"
                : "unknown key '"
                    + key
                    + "'; allowed: "
                    + String.join(", ", new TreeSet<>(allowed)));
      }
    }
    return members;
  }

  /** The members of a map, with any keys. */
  public Map<String, ConfigNode> members() throws SettingsException {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong("a map of keys and values is expected");
    }
    Map<String, ConfigNode> members = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey());
      members.put(key, new ConfigNode(place + separator + key, entry.getValue(), files));
    }
    return members;
  }

  /** The items of a list. A single value counts as a list of one, null as an empty list. */
  public List<ConfigNode> items() {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      return List.of(this);
    }
    List<ConfigNode> items = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      items.add(new ConfigNode(place + "[" + i + "]", list.get(i), files));
    }
    return items;
  }

  /** Whether another node has the same value, at any place. */
  public boolean hasValueOf(ConfigNode other) {
    return Objects.equals(value, other.value);
  }

  /** A scalar as text; empty for null. */
  public String text() throws SettingsException {
    if (value instanceof Map<?, ?> || value instanceof List<?>) {
      throw wrong("one value is allowed");
    }
    return value == null ? "" : value.toString();
  }

  /**
   * The lines of the file that this value names.
   *
   * @throws SettingsException if it cannot be read
   */
  public List<String> lines() throws SettingsException {
    Path file = Path.of(text());
    files.add(file);
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw wrong(file + " cannot be read");
    }
  }

  public List<String> texts() throws SettingsException {
    List<String> texts = new ArrayList<>();
    for (ConfigNode item : items()) {
      texts.add(item.text());
    }
    return texts;
  }

  /** The parsed items of a list. One item may contain several, separated by commas. */
  public <T> List<T> list(Parser<T> parser) throws SettingsException {
    List<T> parsed = new ArrayList<>();
    for (ConfigNode item : items()) {
      for (String part : item.text().split(",", -1)) {
        if (!part.isBlank()) {
          parsed.add(parse(part.strip(), parser));
        }
      }
    }
    return parsed;
  }

  /** The parsed value; rejects a list of several. */
  public <T extends @Nullable Object> T one(Parser<T> parser) throws SettingsException {
    List<ConfigNode> items = items();
    if (items.size() > 1) {
      throw wrong("one value is allowed, not " + items.size());
    }
    return parse(items.isEmpty() ? "" : items.getFirst().text(), parser);
  }

  private <T extends @Nullable Object> T parse(String text, Parser<T> parser)
      throws SettingsException {
    try {
      return parser.parse(text);
    } catch (SettingsException wrong) {
      String same = SAME.get(text);
      if (same != null) {
        try {
          return parser.parse(same);
        } catch (SettingsException alsoWrong) {
          // the message of what was written is the one to show
        }
      }
      throw wrong(String.valueOf(wrong.getMessage()));
    }
  }

  /** A required member of a map. */
  public static ConfigNode required(ConfigNode map, Map<String, ConfigNode> members, String key)
      throws SettingsException {
    ConfigNode member = members.get(key);
    if (member == null) {
      throw map.wrong("'" + key + "' is missing");
    }
    return member;
  }
}
