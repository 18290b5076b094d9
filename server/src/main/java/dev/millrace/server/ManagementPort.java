package dev.millrace.server;

import dev.millrace.auth.AuthSettings;
import dev.millrace.auth.BearerTokens;
import dev.millrace.config.HostPort;
import dev.millrace.config.Key;
import dev.millrace.management.HealthCheck;
import dev.millrace.management.ManagementServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Opens the management port of a server. */
final class ManagementPort {
  /** Null if any client may read the metrics. */
  static final Key<@Nullable BearerTokens> TOKENS =
      Key.one(
          "management-token-file",
          "",
          "FILE",
          "File with the bearer tokens, one a line, that /metrics and /status require.",
          text -> text.isEmpty() ? null : AuthSettings.bearer(text));

  private static final Duration LOOP_MUST_TURN_WITHIN = Duration.ofSeconds(1);
  private static final Duration ROOT_MUST_ANSWER_WITHIN = Duration.ofSeconds(2);

  private ManagementPort() {}

  /**
   * Opens it; null if the setting is off.
   *
   * @param connections maximum number of connections
   * @param serving whether requests are served
   * @param roots whether the roots can be opened; may wait for a disk
   * @param started whether the server has started
   * @param figures null if metrics are off
   * @throws StartException if the address cannot be used
   */
  static @Nullable ManagementServer open(
      ServerSettings settings,
      int connections,
      List<LoopContext> loops,
      BooleanSupplier serving,
      BooleanSupplier roots,
      BooleanSupplier started,
      ManagementServer.@Nullable Figures figures)
      throws StartException {
    HostPort at = settings.get(ServerSettings.MANAGEMENT);
    if (at == null) {
      return null;
    }
    ManagementServer.allowConnections(connections);
    InetSocketAddress address = FileServer.resolve("management", at);
    // A sleeping loop is healthy; only a task shows whether it can still turn.
    List<HealthCheck> turns =
        loops.stream()
            .map(loop -> new HealthCheck(loop.events(), () -> true, LOOP_MUST_TURN_WITHIN))
            .toList();
    HealthCheck reachable =
        new HealthCheck(ManagementPort::onNewThread, roots, ROOT_MUST_ANSWER_WITHIN);
    ManagementServer.Health health =
        new ManagementServer.Health(
            () -> HealthCheck.askAll(turns),
            () -> serving.getAsBoolean() && reachable.ask(),
            started);
    try {
      return new ManagementServer(address, health, figures, access(settings));
    } catch (IOException failed) {
      throw new StartException("management: " + at + ": " + Listeners.why(failed), failed);
    }
  }

  private static ManagementServer.Access access(ServerSettings settings) {
    BearerTokens tokens = settings.get(TOKENS);
    return tokens == null
        ? ManagementServer.Access.OPEN
        : new ManagementServer.Access(
            authorization -> tokens.verify(authorization).granted(), tokens.challenge());
  }

  /** What the start message says of clients on other machines; empty if there are none. */
  static String reach(ServerSettings settings, InetSocketAddress address) {
    return settings.get(TOKENS) != null || address.getAddress().isLoopbackAddress()
        ? ""
        : " (for every client that reaches it: there is no management-token-file)";
  }

  /** Runs a check on its own thread, so that a hanging disk blocks only that one. */
  private static void onNewThread(Runnable task) {
    var _ = Thread.ofPlatform().daemon().name("millrace-ready").start(task);
  }
}
