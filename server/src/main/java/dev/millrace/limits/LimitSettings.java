package dev.millrace.limits;

import dev.millrace.config.ConfigNode;
import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.proxy.Cidr;
import dev.millrace.text.Glob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of limits. Zero stands for no limit, {@link #AUTO} for one that depends on the
 * descriptors of the process.
 *
 * @param connections maximum number of connections, or {@link #AUTO}
 * @param connectionsPerClient maximum number of connections of a client, or {@link #AUTO}
 * @param requestsPerConnection after so many requests a connection ends
 * @param connectionAge after this time a connection ends with its next response
 * @param requestRate requests of a client that no rule decides on; null for any number
 * @param requestBurst requests that a client may send at once
 * @param minSendBytes a client must take so many bytes of a response a second
 * @param maxSendBytes a connection is sent at most so many bytes a second
 * @param maxSendBytesPerClient all connections of a client are sent at most so many bytes a second
 * @param rules the first that matches decides
 */
public record LimitSettings(
    int connections,
    int connectionsPerClient,
    int requestsPerConnection,
    Duration connectionAge,
    @Nullable Rate requestRate,
    int requestBurst,
    int minSendBytes,
    int maxSendBytes,
    int maxSendBytesPerClient,
    List<RequestRule> rules) {
  public static final int AUTO = -1;

  private static final int MAX_NUMBER = 1 << 24;
  private static final int MAX_BURST = 1_000_000;

  private static final Key<Integer> CONNECTIONS =
      Key.one(
          "max-connections",
          "auto",
          "auto|N",
          "Maximum number of connections; auto is three eighths of the descriptors.",
          text -> text.equals("auto") ? AUTO : number("auto").parse(text));

  private static final Key<Integer> CONNECTIONS_PER_CLIENT =
      Key.one(
          "max-connections-per-client",
          "auto",
          "auto|off|N",
          "Maximum number of connections of an IPv4 address or IPv6 /64; auto is half of all.",
          text -> text.equals("auto") ? AUTO : offOr(number("auto, off")).parse(text));

  private static final Key<Integer> REQUESTS_PER_CONNECTION =
      Key.one(
          "max-requests-per-connection",
          "off",
          "off|N",
          "Number of requests after which a connection ends.",
          offOr(number("off")));

  private static final Key<Duration> CONNECTION_AGE =
      Key.one(
          "max-connection-age",
          "off",
          "off|TIME",
          "Time after which a connection ends with its next response.",
          LimitSettings::age);

  private static final Key<@Nullable Rate> REQUEST_RATE =
      Key.one(
          "max-request-rate",
          "off",
          "off|N/s|N/m|N/h",
          "Maximum rate of requests of a client; beyond it the response is 429.",
          text -> text.equals("off") ? null : Rate.parse(text));

  private static final Key<Integer> REQUEST_BURST =
      Key.one(
          "max-request-burst",
          "auto",
          "auto|N",
          "Requests that a client may send at once; auto is the requests of a second.",
          text -> text.equals("auto") ? AUTO : burst(text));

  private static final Key<Integer> MIN_SEND_RATE =
      Key.one(
          "min-send-rate",
          "256",
          "off|SIZE",
          "Bytes a second that a client must take of a response, averaged over a minute.",
          offOr(Parser::bytes));

  private static final Key<Integer> MAX_SEND_RATE =
      Key.one(
          "max-send-rate",
          "off",
          "off|SIZE",
          "Maximum rate of a connection in bytes a second; requires io_uring.",
          offOr(Parser::bytes));

  private static final Key<Integer> MAX_SEND_RATE_PER_CLIENT =
      Key.one(
          "max-send-rate-per-client",
          "off",
          "off|SIZE",
          "Maximum rate of all connections of a client, in equal parts; requires io_uring.",
          offOr(Parser::bytes));

  /** The name in the YAML file whose value is a list of maps. */
  private static final String RULES = "request-rules";

  public static final List<Key<?>> KEYS =
      List.of(
          CONNECTIONS,
          CONNECTIONS_PER_CLIENT,
          REQUESTS_PER_CONNECTION,
          CONNECTION_AGE,
          REQUEST_RATE,
          REQUEST_BURST,
          MIN_SEND_RATE,
          MAX_SEND_RATE,
          MAX_SEND_RATE_PER_CLIENT);

  /** The keys that {@link RequestLimits} uses. */
  public static final List<Key<?>> OF_REQUESTS = List.of(REQUEST_RATE, REQUEST_BURST);

  /** The names at the top of the YAML file whose values are lists of maps. */
  public static final List<String> STRUCTURED = List.of(RULES);

  private static final List<String> MEMBERS =
      List.of(
          "match",
          "user-agent",
          "address",
          "action",
          "rate",
          "burst",
          "bytes",
          "bytes-burst",
          "per");

  public LimitSettings {
    rules = List.copyOf(rules);
  }

  /** Loads the settings; throws if they contradict each other. */
  public static LimitSettings of(Settings values) throws SettingsException {
    Rate rate = values.get(REQUEST_RATE);
    int burst = values.get(REQUEST_BURST);
    if (rate == null && burst != AUTO) {
      throw values.node(REQUEST_BURST).wrong("requires max-request-rate");
    }
    int min = values.get(MIN_SEND_RATE);
    int max = values.get(MAX_SEND_RATE);
    int maxPerClient = values.get(MAX_SEND_RATE_PER_CLIENT);
    for (Key<Integer> key : List.of(MAX_SEND_RATE, MAX_SEND_RATE_PER_CLIENT)) {
      if (values.get(key) > 0 && values.get(key) < 2L * min) {
        throw values.node(key).wrong("must be at least twice min-send-rate, " + min);
      }
    }
    return new LimitSettings(
        values.get(CONNECTIONS),
        values.get(CONNECTIONS_PER_CLIENT),
        values.get(REQUESTS_PER_CONNECTION),
        values.get(CONNECTION_AGE),
        rate,
        rate == null ? 0 : burst == AUTO ? rate.defaultBurst() : burst,
        min,
        max,
        maxPerClient,
        rules(values.file().get(RULES)));
  }

  /** Whether each request is checked. */
  public boolean checksRequests() {
    return requestRate != null || !rules.isEmpty();
  }

  private static Parser<Integer> number(String others) {
    return text -> {
      try {
        return Parser.number(1, MAX_NUMBER).parse(text);
      } catch (SettingsException wrong) {
        throw new SettingsException(wrong.getMessage() + ", and not " + others);
      }
    };
  }

  private static Parser<Integer> offOr(Parser<Integer> other) {
    return text -> text.equals("off") ? Integer.valueOf(0) : other.parse(text);
  }

  private static int burst(String text) throws SettingsException {
    return Parser.number(1, MAX_BURST).parse(text);
  }

  private static Duration age(String text) throws SettingsException {
    if (text.equals("off")) {
      return Duration.ZERO;
    }
    Duration age = Parser.duration(text);
    if (!age.isPositive()) {
      throw new SettingsException("'" + text + "' is not a time; off is no limit");
    }
    return age;
  }

  // ---- rules -----------------------------------------------------------------------------------

  private static List<RequestRule> rules(@Nullable ConfigNode list) throws SettingsException {
    List<RequestRule> rules = new ArrayList<>();
    for (ConfigNode item : list == null ? List.<ConfigNode>of() : list.items()) {
      RequestRule rule = rule(item);
      for (int i = 0; i < rules.size(); i++) {
        if (rules.get(i).covers(rule)) {
          throw item.wrong("never matches, because " + RULES + "[" + i + "] matches first");
        }
      }
      rules.add(rule);
    }
    return rules;
  }

  private static RequestRule rule(ConfigNode item) throws SettingsException {
    Map<String, ConfigNode> members = item.members(MEMBERS);
    ConfigNode match = members.get("match");
    List<Glob> paths = new ArrayList<>();
    List<String> agents = new ArrayList<>();
    List<Cidr> addresses = new ArrayList<>();
    if (match != null) {
      for (ConfigNode pattern : match.items()) {
        paths.add(parsed(pattern, Glob::of));
      }
    }
    if (members.containsKey("user-agent")) {
      for (String part : members.get("user-agent").texts()) {
        if (part.isBlank()) {
          throw members.get("user-agent").wrong("a part of a name is expected, as in GPTBot");
        }
        agents.add(part.strip());
      }
    }
    if (members.containsKey("address")) {
      for (ConfigNode block : members.get("address").items()) {
        addresses.add(parsed(block, Cidr::parse));
      }
    }
    if (paths.isEmpty() && agents.isEmpty() && addresses.isEmpty()) {
      throw item.wrong("requires match, user-agent or address");
    }
    return new RequestRule(paths, agents, addresses, action(item, members));
  }

  private interface Made<T> {
    T of(String text);
  }

  private static <T> T parsed(ConfigNode node, Made<T> parser) throws SettingsException {
    try {
      return parser.of(node.text());
    } catch (IllegalArgumentException wrong) {
      throw node.wrong(String.valueOf(wrong.getMessage()));
    }
  }

  private static RequestRule.Action action(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    ConfigNode node = ConfigNode.required(item, members, "action");
    boolean limits = node.text().equals("limit");
    for (String ofLimit : List.of("rate", "burst", "bytes", "bytes-burst", "per")) {
      if (!limits && members.containsKey(ofLimit)) {
        throw item.wrong("'" + ofLimit + "' requires action: limit");
      }
    }
    return switch (node.text()) {
      case "allow" -> new RequestRule.Allow();
      case "deny" -> new RequestRule.Deny();
      case "limit" -> slow(item, members);
      default -> throw node.wrong("'" + node.text() + "' is not one of allow, deny, limit");
    };
  }

  private static RequestRule.Slow slow(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    Rate rate = optional(members, "rate", Rate::parse);
    Integer burst = optional(members, "burst", LimitSettings::burst);
    ByteRate bytes = optional(members, "bytes", ByteRate::parse);
    Long byteBurst = optional(members, "bytes-burst", ByteRate::size);
    if (rate == null && bytes == null) {
      throw item.wrong("action: limit requires rate or bytes");
    }
    if (rate == null && burst != null) {
      throw item.wrong("'burst' requires rate");
    }
    if (bytes == null && byteBurst != null) {
      throw item.wrong("'bytes-burst' requires bytes");
    }
    RequestRule.Per per =
        optional(
            members,
            "per",
            Parser.oneOf(
                Map.of(
                    "client", RequestRule.Per.CLIENT,
                    "credentials", RequestRule.Per.CREDENTIALS,
                    "rule", RequestRule.Per.RULE),
                "client, credentials, rule"));
    return new RequestRule.Slow(
        rate,
        rate == null ? 0 : burst == null ? rate.defaultBurst() : burst,
        bytes,
        bytes == null ? 0 : byteBurst == null ? bytes.defaultBurst() : byteBurst,
        per == null ? RequestRule.Per.CLIENT : per);
  }

  private static <T> @Nullable T optional(
      Map<String, ConfigNode> members, String name, Parser<T> parser) throws SettingsException {
    ConfigNode node = members.get(name);
    return node == null ? null : node.one(parser);
  }
}
