package dev.millrace.config;

import dev.millrace.content.CorsRule;
import dev.millrace.content.MediaTypes;
import dev.millrace.content.Mount;
import dev.millrace.content.MountPolicy;
import dev.millrace.content.MountPolicy.CacheRule;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import dev.millrace.text.Glob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Loads the mounts: first the root with the top-level policy, then the additional mounts, each of
 * which inherits that policy and may override parts of it.
 */
final class MountsLoader {
  /** Policy keys whose values are maps or lists of maps. */
  private static final List<String> STRUCTURED =
      List.of("errors", "types", "cache", "auth", "cors");

  /** The top-level keys that this class reads, besides those of {@link SettingKey}. */
  static final List<String> KEYS = with(STRUCTURED, "mounts");

  private static final List<String> POLICY_KEYS =
      with(
          STRUCTURED,
          SettingKey.LISTING.yaml(),
          SettingKey.DOTFILES.yaml(),
          SettingKey.SYMLINKS.yaml(),
          SettingKey.INDEX.yaml(),
          SettingKey.PRECOMPRESSED.yaml(),
          SettingKey.FALLBACK.yaml(),
          SettingKey.MAX_RANGES.yaml());

  private static final List<String> MOUNT_KEYS = with(POLICY_KEYS, "host", "path", "root");

  /** The most that fit into a head of default length; no known client sends more than 256. */
  private static final int MAX_RANGES = 1024;

  /**
   * The request fields that change a response or are logged, except those that browsers set, or
   * that scripts may set without a preflight request (the Fetch standard, §2.2.2).
   */
  private static final List<String> DEFAULT_CORS_HEADERS =
      List.of(
          "Range",
          "If-Match",
          "If-None-Match",
          "If-Modified-Since",
          "If-Unmodified-Since",
          "If-Range",
          "Want-Repr-Digest",
          "Want-Content-Digest",
          "Authorization",
          "traceparent");

  private final Function<SettingKey, ConfigNode> settings;
  private final Map<String, ConfigNode> file;

  /**
   * @param settings returns the effective value of a key
   * @param file top-level members of the file
   */
  MountsLoader(Function<SettingKey, ConfigNode> settings, Map<String, ConfigNode> file) {
    this.settings = settings;
    this.file = file;
  }

  private static List<String> with(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }

  List<Mount> load() throws SettingsException {
    Map<String, ConfigNode> top = new HashMap<>(file);
    for (SettingKey key : SettingKey.values()) {
      top.put(key.yaml(), settings.apply(key));
    }
    MountPolicy policy = policy(top, MountPolicy.DEFAULT);
    Path root = settings.apply(SettingKey.ROOT).one(Path::of);
    List<Mount> mounts = new ArrayList<>();
    mounts.add(new Mount("", ParsedPath.ROOT, root, policy));
    ConfigNode more = file.get("mounts");
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
    Map<String, ConfigNode> members = node.members(MOUNT_KEYS);
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
        one(members, SettingKey.LISTING, SettingParsers::flag, base.listing()),
        one(members, SettingKey.DOTFILES, SettingParsers::flag, base.dotfiles()),
        one(members, SettingKey.SYMLINKS, SettingParsers::symlinks, base.symlinks()),
        list(members, SettingKey.INDEX, MountsLoader::indexName, base.index()),
        list(members, SettingKey.FALLBACK, text -> text, base.fallbacks()),
        list(members, SettingKey.PRECOMPRESSED, SettingParsers::coding, base.precompressed()),
        one(
            members,
            SettingKey.MAX_RANGES,
            text -> SettingParsers.number(text, 0, MAX_RANGES),
            base.maxRanges()),
        errorPages(members.get("errors"), base.errorPages()),
        types(members.get("types"), base.types()),
        cacheRules(members.get("cache"), base.cacheRules()),
        AuthLoader.rules(members.get("auth"), base.authRules()),
        corsRules(members.get("cors"), base.corsRules()));
  }

  private static <T> T one(
      Map<String, ConfigNode> members, SettingKey key, ConfigNode.Parser<T> parser, T base)
      throws SettingsException {
    ConfigNode node = members.get(key.yaml());
    return node == null ? base : node.one(parser);
  }

  private static <T> List<T> list(
      Map<String, ConfigNode> members, SettingKey key, ConfigNode.Parser<T> parser, List<T> base)
      throws SettingsException {
    ConfigNode node = members.get(key.yaml());
    return node == null ? base : node.list(parser);
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
        status = SettingParsers.number(entry.getKey(), 400, 599);
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
              headers == null ? DEFAULT_CORS_HEADERS : headers.texts(),
              maxAge == null ? 600 : (int) maxAge.one(SettingParsers::duration).toSeconds()));
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
