package dev.millrace.server;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings by which a process is told to reload. */
public final class ReloadSettings {
  public static final Key<@Nullable Path> PID_FILE =
      Key.one(
          "pid-file",
          "",
          "FILE",
          "File with the number of the server's process, for millrace reload.",
          text -> text.isEmpty() ? null : Path.of(text));

  /** Zero if the file is not watched. */
  public static final Key<Duration> WATCH =
      Key.one(
          "watch-config",
          "off",
          "off|TIME",
          "How often to look whether the configuration, or a file of passwords or tokens, has changed.",
          text -> text.equals("off") ? Duration.ZERO : Parser.duration(text));

  static final List<Key<?>> KEYS = List.of(PID_FILE, WATCH);

  private ReloadSettings() {}
}
