package dev.millrace.config;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings whose value is a scalar or a list of them: available as flag, environment variable
 * and YAML key.
 */
public enum SettingKey {
  ROOT(".", "DIR", "The directory to serve."),
  LISTEN("127.0.0.1:8080", "HOST:PORT", "Address to listen on; may be repeated."),
  MANAGEMENT("127.0.0.1:9090", "HOST:PORT", "Address of health checks and metrics."),
  METRICS("on", "on|off", "Whether metrics are collected, and shown at /metrics and /status."),
  TRANSPORT(
      "auto", "auto|uring|nio", "Transport of HTTP; auto falls back to nio and logs the reason."),
  LOOPS(
      "1",
      "N",
      "Number of loops, each with its own thread, ring and sockets; at most two a processor."),
  ZERO_COPY(
      "off",
      "on|off",
      "Whether io_uring sends bytes from memory without copying them; for fast networks."),
  WORKERS(
      String.valueOf(Math.max(2, Runtime.getRuntime().availableProcessors())),
      "N",
      "Number of worker threads, and of hashing threads; by default one a processor, at least 2."),
  DRAIN("30s", "TIME", "Maximum time that a stop waits for active requests."),
  LAME_DUCK(
      "2s",
      "TIME",
      "How long a stop keeps idle connections open, for requests that are in transit."),
  WARM_UP(
      "off",
      "off|TIME",
      "How long to warm up before the start, so that the first requests run compiled code."),
  LISTING("off", "on|off", "Whether a directory without an index file is listed."),
  DOTFILES("off", "on|off", "Whether names that begin with a dot are served."),
  SYMLINKS(
      "beneath",
      "beneath|none",
      "Which symbolic links are followed: relative ones that stay within DIR."),
  INDEX("index.html", "NAME,...", "Index file names, in order."),
  PRECOMPRESSED(
      "br,zstd,gzip",
      "CODING,...",
      "Stored variants to offer, in order of preference: NAME.br, NAME.zst, NAME.gz."),
  RESPONSE_CACHE(
      "64MiB",
      "off|SIZE",
      "Memory for complete responses with small files and for the heads of larger ones."),
  OPEN_FILES("4096", "N", "Maximum number of files kept open between requests; 0 for none."),
  REVALIDATE(
      "1s",
      "TIME",
      "How long a path is assumed to lead to the same file. The file itself is always checked."),
  ACCESS_LOG("off", "off|-|FILE", "Access log: off, - for standard output, or a file."),
  ACCESS_LOG_FORMAT("combined", "combined|json", "Format of the access log."),
  DIGESTS(
      "background",
      "on-request|background|off",
      "When a missing digest is computed: on request, also in the background, or never."),
  DIGEST_QUEUE(
      "1024",
      "N",
      "Maximum number of files being hashed for requests; beyond it the response is 503."),
  CHECKSUM_FILES(
      "on", "on|off", "Whether FILE.sha256 and similar, and SHA256SUMS, are generated if missing."),
  CHECKSUM_HEADERS("", "NAME,...", "Digests sent as X-Checksum fields: sha256, sha512, sha1, md5."),
  STATE(
      "",
      "DIR",
      "Directory that keeps digests across restarts; without it they are in memory only."),
  SCRUB(
      "",
      "SIZE",
      "Bytes a second of known files to read and verify again, as in 20MiB; requires state."),
  CORRUPT(
      "serve",
      "serve|refuse",
      "Whether files that scrub found corrupt are served, or refused with 503."),
  IDLE_TIMEOUT("75s", "TIME", "Maximum idle time of a connection between requests."),
  HEAD_TIMEOUT(
      "10s", "TIME", "Maximum time to receive a request head; beyond it the response is 408."),
  MAX_TARGET("16KiB", "SIZE", "Maximum length of a request target; beyond it the response is 414."),
  MAX_HEAD("32KiB", "SIZE", "Maximum length of a request head; beyond it the response is 431."),
  MAX_FIELDS("100", "N", "Maximum number of fields of a request; beyond it the response is 431."),
  MAX_RANGES(
      "256",
      "N",
      "Maximum number of ranges of a request; beyond it the whole file is sent; 0 disables them."),
  TRUSTED_PROXIES(
      "",
      "CIDR,...",
      "Proxies whose Forwarded and X-Forwarded fields are trusted, as in 10.0.0.0/8."),
  PROXY_PROTOCOL("off", "on|off", "Whether those proxies send the PROXY protocol header."),
  FALLBACK(
      "",
      "PATH,...",
      "Paths to try, in order, if a path is not found, as in {path}.html or /index.html.");

  /** Names in former versions, with the current settings. */
  private static final Map<String, SettingKey> FORMER_NAMES =
      Map.of(
          "hot", RESPONSE_CACHE,
          "sidecars", CHECKSUM_FILES,
          "proxies", TRUSTED_PROXIES,
          "hidden", DOTFILES);

  private final String defaultValue;
  private final String parameter;
  private final String description;

  SettingKey(String defaultValue, String parameter, String description) {
    this.defaultValue = defaultValue;
    this.parameter = parameter;
    this.description = description;
  }

  /** The value if the setting is not set. */
  public String defaultValue() {
    return defaultValue;
  }

  /** The format of a value, for help. */
  public String parameter() {
    return parameter;
  }

  /** One or two sentences, for help. */
  public String description() {
    return description;
  }

  /** The key in YAML; with two dashes before it, the flag. */
  public String yaml() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The setting that had this YAML key in a former version, or null. */
  public static @Nullable SettingKey formerly(String yaml) {
    return FORMER_NAMES.get(yaml);
  }

  /** The environment variable. */
  public String environment() {
    return "MILLRACE_" + name();
  }
}
