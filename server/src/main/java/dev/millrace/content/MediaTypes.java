package dev.millrace.content;

import dev.millrace.http.semantics.ContentCoding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Media types by file name extension: the mime-db table, additions for published files, and the
 * additions of a setting. Text types get {@code charset=utf-8}.
 */
public final class MediaTypes {
  /** The type of a file without a known extension. */
  public static final String UNKNOWN = "application/octet-stream";

  private static final String TABLE = "/META-INF/resources/webjars/mime-db/1.54.0/db.json";
  private static final Pattern TYPE = Pattern.compile("  \"([^\"]+/[^\"]+)\": \\{");
  private static final Pattern EXTENSIONS = Pattern.compile("    \"extensions\": \\[(.*)]");
  private static final Pattern SOURCE = Pattern.compile("    \"source\": \"(.*)\",?");

  /** If several types claim an extension, the type with the later source wins. */
  private static final List<String> SOURCES = List.of("nginx", "apache", "", "iana");

  private static final Map<String, String> OURS =
      Map.ofEntries(
          Map.entry("bz2", "application/x-bzip2"),
          Map.entry("deb", "application/vnd.debian.binary-package"),
          Map.entry("dsc", "text/plain"),
          Map.entry("iso", "application/vnd.efi.iso"),
          Map.entry("log", "text/plain"),
          Map.entry("md5", "text/plain"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("parquet", "application/vnd.apache.parquet"),
          Map.entry("rpm", "application/x-rpm"),
          Map.entry("sha1", "text/plain"),
          Map.entry("sha256", "text/plain"),
          Map.entry("sha512", "text/plain"),
          Map.entry("tgz", "application/gzip"),
          Map.entry("udeb", "application/vnd.debian.binary-package"),
          Map.entry("whl", "application/zip"),
          Map.entry("xz", "application/x-xz"),
          Map.entry("zst", "application/zstd"));

  /** Text types other than {@code text/*}. */
  private static final Set<String> TEXT =
      Set.of("application/javascript", "application/json", "application/yaml", "application/xml");

  private final Map<String, String> byExtension;
  private final Set<String> compressible;

  private MediaTypes(Map<String, String> byExtension, Set<String> compressible) {
    this.byExtension = byExtension;
    this.compressible = compressible;
  }

  /** The table without a setting's additions. */
  public static MediaTypes standard() {
    return Standard.TYPES;
  }

  /** A copy with additions, which take precedence; keys are extensions without the dot. */
  public MediaTypes with(Map<String, String> more) {
    if (more.isEmpty()) {
      return this;
    }
    Map<String, String> merged = new HashMap<>(byExtension);
    more.forEach(
        (extension, type) -> merged.put(extension.toLowerCase(Locale.ROOT), withCharset(type)));
    return new MediaTypes(merged, compressible);
  }

  /** The value of Content-Type for a file of this name. */
  public String of(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0
        ? UNKNOWN
        : byExtension.getOrDefault(name.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
  }

  /**
   * The coding that a file's own name implies, or null. {@code .svgz} is registered as an SVG image
   * in gzip, and the only type whose files browsers do not show without the coding.
   */
  public @Nullable ContentCoding codingOf(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".svgz") && of(name).startsWith("image/svg+xml")
        ? ContentCoding.GZIP
        : null;
  }

  /** Whether content of this type is worth compressing, so that a compressed variant may exist. */
  public boolean isCompressible(String contentType) {
    int semicolon = contentType.indexOf(';');
    String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return type.startsWith("text/")
        || type.endsWith("+json")
        || type.endsWith("+xml")
        || compressible.contains(type);
  }

  /**
   * Whether content of this type is certainly worth compressing. Content of an unknown type may be,
   * so a stored variant of it is offered, but most of it is packed already.
   */
  public boolean isText(String contentType) {
    return isCompressible(contentType) && !contentType.startsWith(UNKNOWN);
  }

  /** The number of extensions. */
  public int size() {
    return byExtension.size();
  }

  private static String withCharset(String type) {
    boolean text = type.startsWith("text/") || TEXT.contains(type);
    return text && type.indexOf(';') < 0 ? type + "; charset=utf-8" : type;
  }

  /** Loaded on first use. */
  private static final class Standard {
    static final MediaTypes TYPES = read();

    private static MediaTypes read() {
      try (InputStream stream = MediaTypes.class.getResourceAsStream(TABLE)) {
        if (stream == null) {
          throw new IllegalStateException("mime-db is not on the class path");
        }
        return read(new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)));
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    /**
     * Parses the generated file, which has one member a line, without the dependency of a JSON
     * parser.
     */
    private static MediaTypes read(BufferedReader lines) throws IOException {
      Map<String, String> types = new HashMap<>(2048);
      Map<String, Integer> ranks = new HashMap<>(2048);
      Set<String> compressible = new HashSet<>(512);
      String type = "";
      String source = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher named = TYPE.matcher(line);
        Matcher sourced = SOURCE.matcher(line);
        Matcher extended = EXTENSIONS.matcher(line);
        if (named.matches()) {
          type = named.group(1);
          source = "";
        } else if (sourced.matches()) {
          source = sourced.group(1);
        } else if (line.startsWith("    \"compressible\": true")) {
          compressible.add(type);
        } else if (extended.matches()) {
          int rank = type.equals(UNKNOWN) ? -1 : SOURCES.indexOf(source);
          for (String extension : extended.group(1).split(",", -1)) {
            String bare = extension.replace("\"", "").strip();
            if (rank > ranks.getOrDefault(bare, -2)) {
              ranks.put(bare, rank);
              types.put(bare, withCharset(type));
            }
          }
        }
      }
      OURS.forEach((extension, ours) -> types.put(extension, withCharset(ours)));
      // A file beside an archive with one more suffix is another artifact, not a variant of it.
      compressible.remove("application/x-tar");
      return new MediaTypes(Map.copyOf(types), Set.copyOf(compressible));
    }
  }
}
