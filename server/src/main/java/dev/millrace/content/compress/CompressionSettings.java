package dev.millrace.content.compress;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.http.semantics.ContentCoding;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How files are compressed, the same for all mounts.
 *
 * @param levels the codings with their levels, in order of preference
 * @param cacheBytes maximum size of all compressed forms that are kept; 0 for {@link
 *     #cacheBytes(boolean) the default}
 * @param maxBytes size of the largest file that is compressed
 */
public record CompressionSettings(
    Map<ContentCoding, Integer> levels, long cacheBytes, long maxBytes) {
  /** A container for Millrace has 256 MiB. */
  private static final long MEMORY_BYTES = 16 << 20;

  private static final long DISK_BYTES = 256 << 20;

  private record Level(ContentCoding coding, int level) {}

  private static final Key<List<Level>> LEVELS =
      Key.list(
          "compress-levels",
          "br=6,zstd=9,gzip=6",
          "CODING=LEVEL,...",
          "Codings of compressed files, in order of preference: br 1-11, zstd 1-19, gzip 1-9.",
          CompressionSettings::level);

  private static final Key<Long> CACHE =
      Key.one(
          "compress-cache",
          "auto",
          "auto|SIZE",
          "Space for compressed files: 256 MiB in the directory of state, or else 16 MiB of memory.",
          text -> text.equals("auto") ? 0L : Parser.largeSize(text));

  private static final Key<Long> MAX_SIZE =
      Key.one(
          "compress-max-size",
          "16MiB",
          "SIZE",
          "Size of the largest file that is compressed.",
          Parser::largeSize);

  /** The keys of these settings. */
  public static final List<Key<?>> KEYS = List.of(LEVELS, CACHE, MAX_SIZE);

  public CompressionSettings {
    levels = Collections.unmodifiableMap(new LinkedHashMap<>(levels));
  }

  /** The settings that are configured. */
  public static CompressionSettings of(Settings settings) {
    Map<ContentCoding, Integer> levels = new LinkedHashMap<>();
    settings.get(LEVELS).forEach(one -> levels.putIfAbsent(one.coding(), one.level()));
    return new CompressionSettings(levels, settings.get(CACHE), settings.get(MAX_SIZE));
  }

  /**
   * Maximum size of all compressed forms that are kept.
   *
   * @param onDisk whether they are kept in a directory rather than in memory
   */
  public long cacheBytes(boolean onDisk) {
    return cacheBytes > 0 ? cacheBytes : onDisk ? DISK_BYTES : MEMORY_BYTES;
  }

  /** The codings, in order of preference. */
  public List<ContentCoding> codings() {
    return List.copyOf(levels.keySet());
  }

  int level(ContentCoding coding) {
    return Optional.ofNullable(levels.get(coding)).orElseThrow();
  }

  private static Level level(String text) throws SettingsException {
    int equals = text.indexOf('=');
    String token = equals < 0 ? text : text.substring(0, equals);
    ContentCoding coding =
        Arrays.stream(ContentCoding.values())
            .filter(one -> one.token().equals(token))
            .findFirst()
            .orElse(null);
    if (coding == null || equals < 0) {
      throw new SettingsException(
          "'" + text + "' is not one of br, zstd, gzip with a level, as in gzip=6");
    }
    int level = Parser.number(1, Codecs.maxLevel(coding)).parse(text.substring(equals + 1));
    return new Level(coding, level);
  }
}
