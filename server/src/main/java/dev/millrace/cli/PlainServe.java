package dev.millrace.cli;

import dev.millrace.config.Key;
import dev.millrace.config.SettingsLoader;
import dev.millrace.content.MountSettings;
import dev.millrace.server.ServerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses a command line of {@code serve} without picocli, whose classes and reflection take a third
 * of the time until the server listens. It accepts only unambiguous lines, with picocli's result;
 * help, errors and unusual syntax are left to picocli.
 */
final class PlainServe {
  private static final String CONFIG = "config";

  private final Set<String> names = new HashSet<>(Set.of(CONFIG));
  private final Map<String, List<String>> values = new HashMap<>();
  private @Nullable Path config;

  private PlainServe() {
    for (Key<?> key : ServerSettings.KEYS) {
      if (key != MountSettings.ROOT) {
        names.add(key.name());
      }
    }
  }

  /** The parsed flags, or empty if picocli must parse the line. */
  static Optional<SettingsLoader.Flags> read(String... arguments) {
    if (arguments.length == 0 || !arguments[0].equals("serve")) {
      return Optional.empty();
    }
    PlainServe line = new PlainServe();
    return line.readAll(arguments)
        ? Optional.of(new SettingsLoader.Flags(line.values, line.config))
        : Optional.empty();
  }

  private boolean readAll(String[] arguments) {
    for (int i = 1; i < arguments.length; i++) {
      String argument = arguments[i];
      if (!argument.startsWith("-")) {
        if (!isPlain(argument) || !add(MountSettings.ROOT.name(), argument)) {
          return false;
        }
        continue;
      }
      int end = argument.indexOf('=');
      String option = end < 0 ? argument : argument.substring(0, end);
      String name = option.startsWith("--") ? option.substring(2) : "";
      if (end < 0 && ++i == arguments.length) {
        return false;
      }
      String value = end < 0 ? arguments[i] : argument.substring(end + 1);
      if (!names.contains(name) || !isPlain(value) || !add(name, value)) {
        return false;
      }
    }
    return true;
  }

  /** Neither an option, nor an argument file, nor quoted. */
  private static boolean isPlain(String value) {
    return !value.isEmpty()
        && (value.equals("-") || !value.startsWith("-"))
        && !value.startsWith("@")
        && value.indexOf('"') < 0
        && value.indexOf('\'') < 0;
  }

  /** Settings may be repeated; the directory and the configuration file may not. */
  private boolean add(String name, String value) {
    if (name.equals(CONFIG)) {
      boolean first = config == null;
      config = Path.of(value);
      return first;
    }
    List<String> all = values.computeIfAbsent(name, _ -> new ArrayList<>());
    all.add(value);
    return all.size() == 1 || !name.equals(MountSettings.ROOT.name());
  }
}
