package dev.millrace.config;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings that are one value or a list of them, and so can be given as a flag, by the
 * environment or in YAML.
 */
public enum SettingKey {
  ROOT(".", "DIR", "The directory to serve."),
  LISTEN("127.0.0.1:8080", "HOST:PORT", "Where to listen; may be repeated."),
  MANAGEMENT("127.0.0.1:9090", "HOST:PORT", "Where health and metrics are."),
  METRICS("on", "on|off", "Whether figures are kept, and shown at /metrics and /status."),
  TRANSPORT("auto", "auto|uring|nio", "What carries HTTP; auto falls back to nio and says why."),
  LOOPS(
      "1",
      "N",
      "Loops, each a thread with a ring and listening sockets of its own; at most two a processor."),
  ZERO_COPY(
      "off",
      "on|off",
      "Whether io_uring sends what is in memory of ours without copying it. For fast networks."),
  WORKERS(
      String.valueOf(Math.max(2, Runtime.getRuntime().availableProcessors())),
      "N",
      "Threads of the worker pool; one a processor, at least 2, if not said."),
  DRAIN("30s", "TIME", "Longest that a stop waits for requests under way."),
  LAME_DUCK(
      "2s",
      "TIME",
      "How long a stop leaves idle connections open, for requests that are on their way."),
  WARM_UP(
      "off",
      "off|TIME",
      "How long a rehearsal precedes the start, so that the first requests find compiled code."),
  LISTING("off", "on|off", "Whether a directory without an index is listed."),
  DOTFILES("off", "on|off", "Whether names that begin with a dot are served."),
  SYMLINKS(
      "beneath",
      "beneath|none",
      "Which symbolic links are followed: relative ones that stay within DIR."),
  INDEX("index.html", "NAME,...", "Names tried in a directory, in order."),
  PRECOMPRESSED(
      "br,zstd,gzip",
      "CODING,...",
      "Stored variants that are offered, in order: NAME.br, NAME.zst, NAME.gz."),
  RESPONSE_CACHE(
      "64MiB",
      "off|SIZE",
      "Memory for complete responses with small files and for the heads of larger ones."),
  OPEN_FILES("4096", "N", "Most files kept open between requests; 0 keeps none."),
  REVALIDATE(
      "1s",
      "TIME",
      "How long a path is taken to lead to the same file. The file itself is asked every time."),
  ACCESS_LOG("off", "off|-|FILE", "Where requests are noted: nowhere, standard output, or a file."),
  ACCESS_LOG_FORMAT("combined", "combined|json", "How requests are noted."),
  DIGESTS(
      "background",
      "on-request|background|off",
      "When an unknown digest is computed: on request, also in the background after an answer, or never."),
  DIGEST_QUEUE(
      "1024",
      "N",
      "Most files being hashed for requests that wait; a request for one more is 503."),
  CHECKSUM_FILES(
      "on",
      "on|off",
      "Whether FILE.sha256 and the like, and SHA256SUMS, are made where they lack."),
  CHECKSUM_HEADERS(
      "", "NAME,...", "Digests shown as X-Checksum fields: sha256, sha512, sha1, md5."),
  STATE("", "DIR", "Where digests are kept across restarts; in memory only if not said."),
  SCRUB(
      "", "SIZE", "Bytes a second at which known files are read again; needs state. As in 20MiB."),
  CORRUPT(
      "serve", "serve|refuse", "What becomes of a file that scrub found corrupt; refuse is 503."),
  IDLE_TIMEOUT("75s", "TIME", "How long a connection may stay open between requests."),
  HEAD_TIMEOUT(
      "10s", "TIME", "Longest time from a request head's first byte to its last; then 408."),
  MAX_TARGET("16KiB", "SIZE", "Longest request target; a longer one is 414."),
  MAX_HEAD("32KiB", "SIZE", "Longest request head; a longer one is 431."),
  MAX_FIELDS("100", "N", "Most fields of a request; more are 431."),
  MAX_RANGES(
      "256",
      "N",
      "Most ranges of a request; one with more is answered whole. 0 answers every request whole."),
  TRUSTED_PROXIES(
      "",
      "CIDR,...",
      "Proxies whose X-Forwarded fields and Forwarded are believed, as in 10.0.0.0/8."),
  PROXY_PROTOCOL("off", "on|off", "Whether those proxies begin with the PROXY protocol's header."),
  FALLBACK(
      "", "PATH,...", "Tried in order for what is not found, as in {path}.html or /index.html.");

  /** Names of former versions, each with the present one. */
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

  /** The value if none is given. */
  public String defaultValue() {
    return defaultValue;
  }

  /** What a value looks like, for help. */
  public String parameter() {
    return parameter;
  }

  /** What it does, for help. */
  public String description() {
    return description;
  }

  /** Its name in YAML, and as a flag behind two dashes. */
  public String yaml() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The setting that had this name in YAML in a former version, or null. */
  public static @Nullable SettingKey formerly(String yaml) {
    return FORMER_NAMES.get(yaml);
  }

  /** Its name in the environment. */
  public String environment() {
    return "MILLRACE_" + name();
  }
}
