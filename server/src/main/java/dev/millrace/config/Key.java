package dev.millrace.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A setting with a value of type {@code T}: a flag, an environment variable and a YAML key.
 * Declared by the feature that uses it.
 */
public final class Key<T extends @Nullable Object> {
  @FunctionalInterface
  private interface Reader<T extends @Nullable Object> {
    T read(ConfigNode node) throws SettingsException;
  }

  private final String name;
  private final @Nullable String formerName;
  private final String defaultText;
  private final String form;
  private final String description;
  private final Reader<T> reader;

  private Key(
      String name,
      @Nullable String formerName,
      String defaultText,
      String form,
      String description,
      Reader<T> reader) {
    this.name = name;
    this.formerName = formerName;
    this.defaultText = defaultText;
    this.form = form;
    this.description = description;
    this.reader = reader;
  }

  /**
   * A setting with one value.
   *
   * @param name its name in YAML, and as a flag after two dashes
   * @param defaultText the value if none is set, as text
   * @param form what a value looks like, for help
   * @param description what it does, for help and documentation
   */
  public static <T extends @Nullable Object> Key<T> one(
      String name, String defaultText, String form, String description, Parser<T> parser) {
    return new Key<>(name, null, defaultText, form, description, node -> node.one(parser));
  }

  /** A setting with a list of values; see {@link #one}. */
  public static <T> Key<List<T>> list(
      String name, String defaultText, String form, String description, Parser<T> parser) {
    return new Key<>(name, null, defaultText, form, description, node -> node.list(parser));
  }

  /** The same key, whose name in a former version is rejected with the current one. */
  public Key<T> formerly(String former) {
    return new Key<>(name, former, defaultText, form, description, reader);
  }

  /** Reads a value of this setting from a node. */
  public T read(ConfigNode node) throws SettingsException {
    return reader.read(node);
  }

  /** The name in YAML, and as a flag after two dashes. */
  public String name() {
    return name;
  }

  /** The name in the environment. */
  public String environment() {
    return "MILLRACE_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** The name in a former version, or null. */
  public @Nullable String formerName() {
    return formerName;
  }

  /** The value if none is set, as text. */
  public String defaultText() {
    return defaultText;
  }

  /** What a value looks like. */
  public String form() {
    return form;
  }

  /** What the setting does. */
  public String description() {
    return description;
  }

  @Override
  public String toString() {
    return name;
  }
}
