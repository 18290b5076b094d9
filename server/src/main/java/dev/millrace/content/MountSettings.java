package dev.millrace.content;

import dev.millrace.auth.AuthSettings;
import dev.millrace.config.ConfigNode;
import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.content.MountPolicy.CacheRule;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.text.Glob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Loads the mounts: first the root with the top-level policy, then the additional mounts, each of
 * which inherits that policy and may override parts of it.
 */
public final class MountSettings {
  /** The most that fit into a head of default length; no known client sends more than 256. */
  private static final int MAX_RANGES = 1024;

  public static final Key<Path> ROOT =
      Key.one("root", ".", "DIR", "The directory to serve.", Path::of);

  public static final Key<Boolean> LISTING =
      Key.one(
          "listing",
          "off",
          "on|off",
          "Whether a directory without an index file is listed.",
          Parser::flag);

  private static final Key<String> LISTING_TITLE =
      Key.one("listing-title", "", "TEXT", "Title of listings, above the path.", text -> text);

  private static final Key<String> LISTING_FOOTER =
      Key.one("listing-footer", "", "TEXT", "A line below listings.", text -> text);

  private static final Key<Boolean> LISTING_README =
      Key.one(
          "listing-readme",
          "on",
          "on|off",
          "Whether a listing shows the README.md or README.txt of its directory.",
          Parser::flag);

  private static final Key<Boolean> DOTFILES =
      Key.one(
              "dotfiles",
              "off",
              "on|off",
              "Whether names that begin with a dot are served.",
              Parser::flag)
          .formerly("hidden");

  private static final Key<SymlinkPolicy> SYMLINKS =
      Key.one(
          "symlinks",
          "beneath",
          "beneath|none",
          "Which symbolic links are followed: relative ones that stay within DIR.",
          Parser.oneOf(
              Map.of("beneath", SymlinkPolicy.BENEATH, "none", SymlinkPolicy.NONE),
              "beneath, none"));

  private static final Key<List<String>> INDEX =
      Key.list(
          "index",
          "index.html",
          "NAME,...",
          "Index file names, in order.",
          MountSettings::indexName);

  private static final Key<List<ContentCoding>> PRECOMPRESSED =
      Key.list(
          "precompressed",
          "br,zstd,gzip",
          "CODING,...",
          "Stored variants to offer, in order of preference: NAME.br, NAME.zst, NAME.gz.",
          Parser.oneOf(
              Arrays.stream(ContentCoding.values())
                  .collect(Collectors.toMap(ContentCoding::token, coding -> coding)),
              "br, zstd, gzip"));

  private static final Key<Boolean> COMPRESS =
      Key.one(
          "compress",
          "on",
          "on|off",
          "Whether text without a stored variant is compressed, once for all requests.",
          Parser::flag);

  private static final Key<Integer> RANGES =
      Key.one(
          "max-ranges",
          "256",
          "N",
          "Maximum number of ranges of a request; beyond it the whole file is sent; 0 disables them.",
          Parser.number(0, MAX_RANGES));

  private static final Key<List<String>> FALLBACK =
      Key.list(
          "fallback",
          "",
          "PATH,...",
          "Paths to try, in order, if a path is not found, as in {path}.html or /index.html.",
          text -> text);

  private static final Key<Boolean> ARCHIVES =
      Key.one(
          "archives",
          "off",
          "on|off",
          "Whether a listed directory can be downloaded as tar, tar.gz, tar.zst or zip.",
          Parser::flag);

  private static final Key<Integer> ARCHIVE_ENTRIES =
      Key.one(
          "archive-max-entries",
          "200000",
          "N",
          "Maximum number of files and directories of an archive; a larger one is refused with 403.",
          Parser.number(1, Integer.MAX_VALUE));

  private static final Key<Long> ARCHIVE_SIZE =
      Key.one(
          "archive-max-size",
          "100GiB",
          "SIZE",
          "Maximum size of an archive before compression; a larger one is refused with 403.",
          Parser::largeSize);

  private static final Key<Boolean> WEBDAV =
      Key.one(
          "webdav",
          "off",
          "on|off",
          "Whether WebDAV is allowed (classes 1 and 2); changes need a write rule.",
          Parser::flag);

  /** The keys of a mount's policy. */
  public static final List<Key<?>> POLICY =
      List.of(
          LISTING,
          LISTING_TITLE,
          LISTING_FOOTER,
          LISTING_README,
          DOTFILES,
          SYMLINKS,
          INDEX,
          PRECOMPRESSED,
          COMPRESS,
          RANGES,
          FALLBACK,
          ARCHIVES,
          ARCHIVE_ENTRIES,
          ARCHIVE_SIZE,
          WEBDAV);

  /** Policy keys whose values are maps or lists of maps. */
  private static final List<String> STRUCTURED_POLICY =
      List.of(
          "errors", "types", "cache", "auth", "cors", "write", "headers", "redirects", "rewrites");

  /** The names at the top of the YAML file whose values are maps or lists of maps. */
  public static final List<String> STRUCTURED = with(STRUCTURED_POLICY, "mounts");

  private static final List<String> MOUNT_KEYS =
      with(
          with(STRUCTURED_POLICY, "host", "path", "root"),
          POLICY.stream().map(Key::name).toArray(String[]::new));

  private MountSettings() {}

  private static List<String> with(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }

  /** The mounts of a server; the first is the root directory at {@code /} for any host. */
  public static List<Mount> mounts(Settings settings) throws SettingsException {
    Map<String, ConfigNode> top = new HashMap<>(settings.file());
    for (Key<?> key : POLICY) {
      top.put(key.name(), settings.node(key));
    }
    MountPolicy policy = policy(top, MountPolicy.DEFAULT);
    Path root = settings.get(ROOT);
    List<Mount> mounts = new ArrayList<>();
    mounts.add(new Mount("", ParsedPath.ROOT, root, policy));
    ConfigNode more = settings.file().get("mounts");
    Set<String> places = new HashSet<>();
    for (ConfigNode node : more == null ? List.<ConfigNode>of() : more.items()) {
      Mount mount = mount(node, policy);
      if (!places.add(mount.name())) {
        throw node.wrong("another mount has the same host and path");
      }
      mounts.add(mount);
    }
    return mounts;
  }

  private static Mount mount(ConfigNode node, MountPolicy inherited) throws SettingsException {
    Map<String, ConfigNode> members = node.members(MOUNT_KEYS, SettingsLoader.renamed(POLICY));
    String host = text(members, "host", "");
    String path = text(members, "path", "/");
    if (host.isEmpty() && path.equals("/")) {
      throw node.wrong("a mount needs a host, or a path other than /");
    }
    if (!(RequestPath.parse(path) instanceof ParsedPath prefix)) {
      throw node.wrong("'" + path + "' is not a path that begins with a slash");
    }
    Path root = Path.of(ConfigNode.required(node, members, "root").text());
    ParsedPath directory = new ParsedPath(prefix.segments(), true);
    return new Mount(host, directory, root, policy(members, inherited));
  }

  private static String text(Map<String, ConfigNode> members, String key, String defaultValue)
      throws SettingsException {
    ConfigNode node = members.get(key);
    return node == null ? defaultValue : node.text();
  }

  private static MountPolicy policy(Map<String, ConfigNode> members, MountPolicy base)
      throws SettingsException {
    return new MountPolicy(
        value(members, LISTING, base.listing()),
        new ListingPage(
            value(members, LISTING_TITLE, base.listingPage().title()),
            value(members, LISTING_FOOTER, base.listingPage().footer()),
            value(members, LISTING_README, base.listingPage().readme())),
        value(members, DOTFILES, base.dotfiles()),
        value(members, SYMLINKS, base.symlinks()),
        value(members, INDEX, base.index()),
        value(members, FALLBACK, base.fallbacks()),
        value(members, PRECOMPRESSED, base.precompressed()),
        value(members, RANGES, base.maxRanges()),
        errorPages(members.get("errors"), base.errorPages()),
        types(members.get("types"), base.types()),
        cacheRules(members.get("cache"), base.cacheRules()),
        AuthSettings.rules(members.get("auth"), base.authRules()),
        corsRules(members.get("cors"), base.corsRules()),
        WriteSettings.rules(members.get("write"), base.writeRules()),
        ResponseRules.headers(members.get("headers"), base.headerRules()),
        ResponseRules.redirects(members.get("redirects"), base.redirects()),
        ResponseRules.rewrites(members.get("rewrites"), base.rewrites()),
        archives(members, base.archives()),
        value(members, WEBDAV, base.webdav()),
        value(members, COMPRESS, base.compress()));
  }

  private static <T> T value(Map<String, ConfigNode> members, Key<T> key, T base)
      throws SettingsException {
    ConfigNode node = members.get(key.name());
    return node == null ? base : key.read(node);
  }

  private static ArchivePolicy archives(Map<String, ConfigNode> members, ArchivePolicy base)
      throws SettingsException {
    return new ArchivePolicy(
        value(members, ARCHIVES, base.enabled()),
        value(members, ARCHIVE_ENTRIES, base.maxEntries()),
        value(members, ARCHIVE_SIZE, base.maxBytes()));
  }

  private static String indexName(String text) throws SettingsException {
    if (text.indexOf('/') >= 0) {
      throw new SettingsException("'" + text + "' must not contain a slash");
    }
    return text;
  }

  private static Map<Integer, String> errorPages(
      @Nullable ConfigNode node, Map<Integer, String> base) throws SettingsException {
    if (node == null) {
      return base;
    }
    Map<Integer, String> pages = new HashMap<>();
    for (Map.Entry<String, ConfigNode> entry : node.members().entrySet()) {
      int status;
      try {
        status = Parser.number(400, 599).parse(entry.getKey());
      } catch (SettingsException wrong) {
        throw node.wrong(String.valueOf(wrong.getMessage()));
      }
      pages.put(status, entry.getValue().text());
    }
    return pages;
  }

  private static MediaTypes types(@Nullable ConfigNode node, MediaTypes base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    Map<String, String> types = new HashMap<>();
    for (Map.Entry<String, ConfigNode> entry : node.members().entrySet()) {
      String type = entry.getValue().text();
      if (!type.matches("[\\w!#$&^.+-]+/[\\w!#$&^.+-]+(; *[\\w-]+=[\\w.\"-]+)*")) {
        throw entry.getValue().wrong("'" + type + "' is not a media type, as in text/plain");
      }
      types.put(
          entry.getKey().startsWith(".") ? entry.getKey().substring(1) : entry.getKey(), type);
    }
    return base.with(types);
  }

  private static List<CacheRule> cacheRules(@Nullable ConfigNode node, List<CacheRule> base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    List<CacheRule> rules = new ArrayList<>();
    for (ConfigNode item : node.items()) {
      Map<String, ConfigNode> members = item.members(List.of("match", "control"));
      String control = ConfigNode.required(item, members, "control").text();
      rules.add(new CacheRule(match(item, members), fieldValue(item, control)));
    }
    return rules;
  }

  private static List<CorsRule> corsRules(@Nullable ConfigNode node, List<CorsRule> base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    List<CorsRule> rules = new ArrayList<>();
    for (ConfigNode item : node.items()) {
      Map<String, ConfigNode> members =
          item.members(List.of("match", "origins", "headers", "max-age"));
      List<String> origins = ConfigNode.required(item, members, "origins").texts();
      for (String origin : origins) {
        if (!origin.equals("*") && !origin.matches("[a-z][a-z0-9+.-]*://[^/\\s]+")) {
          throw item.wrong(
              "'" + origin + "' is not an origin, as in https://app.example.org, or *");
        }
      }
      ConfigNode headers = members.get("headers");
      ConfigNode maxAge = members.get("max-age");
      rules.add(
          new CorsRule(
              match(item, members),
              origins,
              headers == null ? CorsRule.DEFAULT_HEADERS : headers.texts(),
              maxAge == null ? 600 : (int) maxAge.one(Parser::duration).toSeconds()));
    }
    return rules;
  }

  private static Glob match(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    ConfigNode node = members.get("match");
    try {
      return Glob.of(node == null ? "/**" : node.text());
    } catch (IllegalArgumentException malformed) {
      throw item.wrong(String.valueOf(malformed.getMessage()));
    }
  }

  private static String fieldValue(ConfigNode item, String text) throws SettingsException {
    if (text.isBlank() || !text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw item.wrong("'" + text + "' must be printable ASCII and not blank");
    }
    return text;
  }
}
