package dev.millrace.cli;

import dev.millrace.config.HostPort;
import dev.millrace.config.Key;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.server.ServerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace health}: asks a server how it is, for where there is no curl. */
@Command(
    name = "health",
    description = "Asks a running server how it is, for health checks of containers and services.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Exits with 0 if the answer is 2xx, 1 if it is another or none, 2 if called wrongly."
    })
final class HealthCommand implements Callable<Integer> {
  private static final int OUTPUT_BYTES = 4096;

  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      description =
          "What to ask. Default: /healthz at the management address that MILLRACE_MANAGEMENT or the"
              + " file that MILLRACE_CONFIG names says, else http://127.0.0.1:9090/healthz.")
  private @Nullable String url;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Longest to wait. Default: ${DEFAULT-VALUE}.")
  private int timeoutSeconds = 3;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  HealthCommand() {}

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    URI asked;
    try {
      asked = url == null ? managementOf(System.getenv()) : parse(url);
    } catch (SettingsException wrong) {
      err.println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
    if (timeoutSeconds < 1 || timeoutSeconds > 3600) {
      err.println("millrace: --timeout: " + timeoutSeconds + " is not 1 to 3600 seconds");
      return Millrace.EXIT_USAGE;
    }
    try {
      return ask(asked);
    } catch (IOException failed) {
      err.println("millrace: " + asked + ": " + failed.getMessage());
      return Millrace.EXIT_AMISS;
    }
  }

  private int ask(URI asked) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) asked.toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(timeoutSeconds * 1000);
    connection.setReadTimeout(timeoutSeconds * 1000);
    connection.setInstanceFollowRedirects(false);
    try {
      int status = connection.getResponseCode();
      boolean good = status >= 200 && status < 300;
      InputStream body = good ? connection.getInputStream() : connection.getErrorStream();
      String text =
          body == null
              ? ""
              : new String(body.readNBytes(OUTPUT_BYTES), StandardCharsets.UTF_8).strip();
      PrintWriter out = good ? spec.commandLine().getOut() : spec.commandLine().getErr();
      out.println(good ? text : "millrace: " + asked + ": " + status + ": " + text);
      out.flush();
      return good ? 0 : Millrace.EXIT_AMISS;
    } finally {
      connection.disconnect();
    }
  }

  private static URI parse(String url) throws SettingsException {
    try {
      URI parsed = URI.create(url);
      if ("http".equals(parsed.getScheme()) && parsed.getHost() != null) {
        return parsed;
      }
    } catch (IllegalArgumentException malformed) {
      // said below
    }
    throw new SettingsException("'" + url + "' is not http://HOST:PORT/PATH");
  }

  /** A server that listens on all addresses is asked on this machine's own. */
  static URI managementOf(Map<String, String> environment) throws SettingsException {
    HostPort at =
        SettingsLoader.load(
                List.of(ServerSettings.MANAGEMENT),
                ServerSettings.KEYS.stream().map(Key::name).toList(),
                new SettingsLoader.Flags(Map.of(), null),
                environment)
            .get(ServerSettings.MANAGEMENT);
    String host =
        switch (at.host()) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::", "0:0:0:0:0:0:0:0" -> "::1";
          default -> at.host();
        };
    return URI.create("http://" + new HostPort(host, at.port()) + "/healthz");
  }
}
