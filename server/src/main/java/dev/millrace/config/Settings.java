package dev.millrace.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of all keys, parsed, and what the YAML file has besides. Immutable. */
public final class Settings {
  private final Map<Key<?>, ConfigNode> nodes;
  private final Map<Key<?>, @Nullable Object> values = new HashMap<>();
  private final Map<String, ConfigNode> file;
  private final Set<Path> files;

  /**
   * @param nodes the effective value of each key
   * @param file the members of the YAML file
   * @param files receives the files that nodes read
   * @throws SettingsException naming the first value that is invalid
   */
  Settings(Map<Key<?>, ConfigNode> nodes, Map<String, ConfigNode> file, Set<Path> files)
      throws SettingsException {
    this.files = files;
    this.nodes = Map.copyOf(nodes);
    this.file = Map.copyOf(file);
    for (Map.Entry<Key<?>, ConfigNode> entry : nodes.entrySet()) {
      values.put(entry.getKey(), entry.getKey().read(entry.getValue()));
    }
  }

  /** The value of a key. */
  @SuppressWarnings({"unchecked", "NullAway"}) // the key itself has read it; null only if T is
  public <T extends @Nullable Object> T get(Key<T> key) {
    if (!values.containsKey(key)) {
      throw new IllegalArgumentException(key + " was not loaded");
    }
    return (T) values.get(key);
  }

  /** The unparsed value of a key, with its place. */
  public ConfigNode node(Key<?> key) {
    ConfigNode node = nodes.get(key);
    if (node == null) {
      throw new IllegalArgumentException(key + " was not loaded");
    }
    return node;
  }

  /** The files of passwords and tokens that were read. */
  public Set<Path> files() {
    return Set.copyOf(files);
  }

  /** The members of the YAML file. */
  public Map<String, ConfigNode> file() {
    return file;
  }
}
