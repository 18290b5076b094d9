package dev.millrace.cli;

import dev.millrace.config.SettingsException;
import dev.millrace.process.Processes;
import dev.millrace.server.FileServer;
import dev.millrace.server.ReloadSettings;
import dev.millrace.server.ServerSettings;
import dev.millrace.server.StartException;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Checks the settings, then tells the server with the same settings to reload. */
@Command(
    name = "reload",
    description = "Checks the configuration, and tells the running server to reload it.",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    sortOptions = false,
    footer = {
      "",
      "Needs pid-file. The server's log has the result. Exit code: 0 if the server was told, 1 if"
          + " it does not run, 2 if the configuration is invalid."
    })
final class ReloadCommand extends Serve {
  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  ReloadCommand() {}

  /** The command with the options of {@code serve}. */
  static CommandLine reloading() {
    return withOptions(new ReloadCommand());
  }

  @Override
  public Integer call() {
    Path file;
    try {
      ServerSettings settings = ServerSettings.load(flags(), System.getenv());
      FileServer.checkRoots(settings);
      file = settings.get(ReloadSettings.PID_FILE);
      if (file == null) {
        throw new SettingsException("reload needs pid-file, the setting of the running server");
      }
    } catch (SettingsException | StartException wrong) {
      errors().println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
    try {
      int pid = new PidFile(file).read();
      Processes.hangUp(pid);
      output().println("told process " + pid + " to reload");
      return 0;
    } catch (IOException failed) {
      errors().println("millrace: " + failed.getMessage());
      return Millrace.EXIT_AMISS;
    }
  }
}
