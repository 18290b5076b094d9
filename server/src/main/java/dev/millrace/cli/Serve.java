package dev.millrace.cli;

import dev.millrace.app.FileServer;
import dev.millrace.app.Logs;
import dev.millrace.app.Settings;
import dev.millrace.app.SettingsException;
import dev.millrace.app.SettingsLoader;
import dev.millrace.app.StartException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace serve}: serves a directory until it is told to stop. */
@Command(
    name = "serve",
    description = "Serves a directory over HTTP.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Each option can also be set by an environment variable, MILLRACE_LISTEN for --listen and so on"
          + " (MILLRACE_ROOT for DIR), or in the YAML file by its name without dashes. Flags win over"
          + " the environment, the environment over the file."
    })
final class Serve implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The directory to serve (default: the current one).")
  private @Nullable String root;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to listen; may be repeated (default: 127.0.0.1:8080).")
  private List<String> listen = List.of();

  @Option(
      names = "--management",
      paramLabel = "HOST:PORT",
      description = "Where health and metrics are (default: 127.0.0.1:9090).")
  private @Nullable String management;

  @Option(
      names = "--transport",
      paramLabel = "auto|uring|nio",
      description = "What carries HTTP; auto falls back to nio and says why (default: auto).")
  private @Nullable String transport;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads of the worker pool (default: one a processor, at least 2).")
  private @Nullable String workers;

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      description = "Longest that a stop waits for requests under way (default: 30s).")
  private @Nullable String drain;

  @Option(names = "--config", paramLabel = "FILE", description = "A YAML file of settings.")
  private @Nullable Path config;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  Serve() {}

  @Override
  public Integer call() {
    FileServer server;
    Logs.install(System.err);
    try {
      Settings settings =
          SettingsLoader.load(
              new SettingsLoader.Flags(root, listen, management, transport, workers, drain, config),
              System.getenv());
      server = FileServer.start(settings);
    } catch (SettingsException | StartException refused) {
      spec.commandLine().getErr().println("millrace: " + refused.getMessage());
      return Millrace.EXIT_USAGE;
    }
    stopOnSignal(server);
    spec.commandLine().getOut().println(server.greeting());
    spec.commandLine().getOut().flush();
    server.await();
    return 0;
  }

  /** SIGTERM and SIGINT run shutdown hooks; a stop that was asked for ends with 0, not 143. */
  private static void stopOnSignal(FileServer server) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  Runtime.getRuntime().halt(0);
                },
                "millrace-stop"));
  }
}
