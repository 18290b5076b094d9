package dev.millrace.content;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.digest.Algorithm;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which digests are computed and sent.
 *
 * @param mode when a missing digest is computed
 * @param checksumFiles whether the server generates {@code FILE.sha256} and similar files, and
 *     {@code SHA256SUMS}, if they do not exist
 * @param refuseCorrupt whether the response for a corrupt file is 503
 * @param queue maximum number of files being hashed for waiting requests; further requests get 503
 *     with Retry-After
 * @param checksumHeaders algorithms sent as {@code X-Checksum-...}
 */
public record DigestPolicy(
    Mode mode,
    boolean checksumFiles,
    boolean refuseCorrupt,
    int queue,
    List<Algorithm> checksumHeaders) {
  /** When a missing digest is computed. */
  public enum Mode {
    /** When a client requests it; the request waits. */
    ON_REQUEST,
    /** Also in the background after a response, for later requests. */
    BACKGROUND,
    /** Never; only known digests are sent. */
    OFF
  }

  private static final int MAX_QUEUE = 65_536;

  private static final Map<String, String> FORMER_MODES =
      Map.of("asked", "on-request", "behind", "background", "never", "off");

  public static final Key<Mode> MODE =
      Key.one(
          "digests",
          "background",
          "on-request|background|off",
          "When a missing digest is computed: on request, also in the background, or never.",
          DigestPolicy::mode);

  public static final Key<Integer> QUEUE =
      Key.one(
          "digest-queue",
          "1024",
          "N",
          "Maximum number of files being hashed for requests; beyond it the response is 503.",
          Parser.number(1, MAX_QUEUE));

  private static final Key<Boolean> CHECKSUM_FILES =
      Key.one(
              "checksum-files",
              "on",
              "on|off",
              "Whether FILE.sha256 and similar, and SHA256SUMS, are generated if missing.",
              Parser::flag)
          .formerly("sidecars");

  private static final Key<List<Algorithm>> CHECKSUM_HEADERS =
      Key.list(
          "checksum-headers",
          "",
          "NAME,...",
          "Digests sent as X-Checksum fields: sha256, sha512, sha1, md5.",
          Parser.oneOf(
              Arrays.stream(Algorithm.values())
                  .collect(Collectors.toMap(Algorithm::suffix, algorithm -> algorithm)),
              "sha256, sha512, sha1, md5"));

  private static final Key<Boolean> REFUSE_CORRUPT =
      Key.one(
          "corrupt",
          "serve",
          "serve|refuse",
          "Whether files that scrub found corrupt are served, or refused with 503.",
          Parser.oneOf(Map.of("serve", false, "refuse", true), "serve, refuse"));

  /** The keys of this policy. */
  public static final List<Key<?>> KEYS =
      List.of(MODE, QUEUE, CHECKSUM_FILES, CHECKSUM_HEADERS, REFUSE_CORRUPT);

  public DigestPolicy {
    checksumHeaders = List.copyOf(checksumHeaders);
  }

  /** The policy that is configured. */
  public static DigestPolicy of(Settings settings) {
    return new DigestPolicy(
        settings.get(MODE),
        settings.get(CHECKSUM_FILES),
        settings.get(REFUSE_CORRUPT),
        settings.get(QUEUE),
        settings.get(CHECKSUM_HEADERS));
  }

  private static Mode mode(String text) throws SettingsException {
    String renamed = FORMER_MODES.get(text);
    if (renamed != null) {
      throw new SettingsException("'" + text + "' is now '" + renamed + "'");
    }
    Map<String, Mode> modes =
        Map.of("on-request", Mode.ON_REQUEST, "background", Mode.BACKGROUND, "off", Mode.OFF);
    return Parser.oneOf(modes, "on-request, background, off").parse(text);
  }

  /** The algorithms computed in the background. */
  public Set<Algorithm> background() {
    Set<Algorithm> algorithms = EnumSet.of(Algorithm.SHA_256);
    algorithms.addAll(checksumHeaders);
    return algorithms;
  }
}
