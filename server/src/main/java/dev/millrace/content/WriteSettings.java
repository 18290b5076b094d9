package dev.millrace.content;

import dev.millrace.auth.AuthSettings;
import dev.millrace.auth.Credentials;
import dev.millrace.config.ConfigNode;
import dev.millrace.config.Parser;
import dev.millrace.config.SettingsException;
import dev.millrace.content.WriteRule.Action;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code write: [{path: /incoming, allow: [create, replace, delete], bearer: TOKENS}]}, with
 * the credentials of {@link AuthSettings}, or {@code anyone: on} in place of them.
 */
final class WriteSettings {
  private static final Parser<Action> ACTION =
      Parser.oneOf(
          Map.of("create", Action.CREATE, "replace", Action.REPLACE, "delete", Action.DELETE),
          "create, replace, delete");

  private WriteSettings() {}

  /** The rules of a node; those of the enclosing policy if it is null. */
  static List<WriteRule> rules(@Nullable ConfigNode node, List<WriteRule> base)
      throws SettingsException {
    if (node == null) {
      return base;
    }
    List<WriteRule> rules = new ArrayList<>();
    for (ConfigNode item : node.items()) {
      List<String> keys = new ArrayList<>(AuthSettings.CREDENTIALS);
      keys.addAll(List.of("path", "allow", "users", "anyone"));
      rules.add(rule(item, item.members(keys)));
    }
    return rules;
  }

  private static WriteRule rule(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    String path = ConfigNode.required(item, members, "path").text();
    if (!(RequestPath.parse(path) instanceof ParsedPath prefix)) {
      throw item.wrong("'" + path + "' is not a path that begins with a slash");
    }
    ConfigNode users = members.get("users");
    ConfigNode anyone = members.get("anyone");
    boolean open = anyone != null && anyone.one(Parser::flag);
    boolean named = AuthSettings.CREDENTIALS.stream().anyMatch(members::containsKey);
    if (open && (named || users != null)) {
      throw item.wrong("'anyone' excludes credentials and users");
    }
    if (!open && !named) {
      throw item.wrong("one of 'basic', 'bearer', 'certificate' and 'anyone: on' must be set");
    }
    Credentials credentials = open ? null : AuthSettings.credentials(item, members);
    return new WriteRule(
        prefix, allowed(item, members), credentials, users == null ? List.of() : users.texts());
  }

  private static Set<Action> allowed(ConfigNode item, Map<String, ConfigNode> members)
      throws SettingsException {
    ConfigNode node = members.get("allow");
    if (node == null) {
      return Set.of(Action.CREATE);
    }
    Set<Action> actions = EnumSet.noneOf(Action.class);
    for (ConfigNode each : node.items()) {
      actions.add(each.one(ACTION));
    }
    if (actions.isEmpty()) {
      throw item.wrong("'allow' requires some of create, replace, delete");
    }
    return actions;
  }
}
