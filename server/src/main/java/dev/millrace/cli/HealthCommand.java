package dev.millrace.cli;

import dev.millrace.config.HostPort;
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
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace health}: requests a server's health, for systems without curl. */
@Command(
    name = "health",
    description = "Checks the health of a running server, for containers and services.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Exit code: 0 for a 2xx response, 1 for another or none, 2 for a usage error."})
final class HealthCommand implements Callable<Integer> {
  private static final int OUTPUT_BYTES = 4096;

  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      description =
          "URL to request. Default: /healthz at the management address from MILLRACE_MANAGEMENT or"
              + " the file named by MILLRACE_CONFIG, else http://127.0.0.1:9090/healthz.")
  private @Nullable String url;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Maximum time to wait. Default: ${DEFAULT-VALUE}.")
  private int timeoutSeconds = 3;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  HealthCommand() {}

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    URI target;
    try {
      target = url == null ? managementOf(System.getenv()) : parse(url);
    } catch (SettingsException wrong) {
      err.println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
    if (timeoutSeconds < 1 || timeoutSeconds > 3600) {
      err.println("millrace: --timeout: " + timeoutSeconds + " must be 1 to 3600");
      return Millrace.EXIT_USAGE;
    }
    try {
      return request(target);
    } catch (IOException failed) {
      err.println("millrace: " + target + ": " + failed.getMessage());
      return Millrace.EXIT_AMISS;
    }
  }

  private int request(URI target) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) target.toURL().openConnection(Proxy.NO_PROXY);
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
      out.println(good ? text : "millrace: " + target + ": " + status + ": " + text);
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
      // reported below
    }
    throw new SettingsException("'" + url + "' is not http://HOST:PORT/PATH");
  }

  /** The default URL. If the server listens on a wildcard address, the loopback address is used. */
  static URI managementOf(Map<String, String> environment) throws SettingsException {
    HostPort at =
        ServerSettings.loadValues(new SettingsLoader.Flags(Map.of(), null), environment)
            .get(ServerSettings.MANAGEMENT);
    if (at == null) {
      throw new SettingsException("management is off");
    }
    String host =
        switch (at.host()) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::", "0:0:0:0:0:0:0:0" -> "::1";
          default -> at.host();
        };
    return URI.create("http://" + new HostPort(host, at.port()) + "/healthz");
  }
}
