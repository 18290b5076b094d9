package dev.millrace.cli;

import dev.millrace.config.SettingsException;
import dev.millrace.server.FileServer;
import dev.millrace.server.ServerSettings;
import dev.millrace.server.StartException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Checks the settings as {@code serve} and a reload do, without a server. */
@Command(
    name = "check",
    description = "Checks the configuration: exit code 0, or 2 with the file and the key.",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    sortOptions = false)
final class CheckCommand extends Serve {
  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  CheckCommand() {}

  /** The command with the options of {@code serve}. */
  static CommandLine checking() {
    return withOptions(new CheckCommand());
  }

  @Override
  public Integer call() {
    PrintWriter out = output();
    try {
      ServerSettings settings = ServerSettings.load(flags(), System.getenv());
      FileServer.checkRoots(settings);
      out.println("the configuration is valid; mounts: " + settings.mounts().size());
      return 0;
    } catch (SettingsException | StartException wrong) {
      errors().println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
  }
}
