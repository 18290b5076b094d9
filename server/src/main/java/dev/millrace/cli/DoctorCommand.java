package dev.millrace.cli;

import dev.millrace.certificate.CertificateSettings;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.doctor.Doctor;
import dev.millrace.doctor.Report;
import dev.millrace.server.ServerSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code millrace doctor}: reports whether a server runs well on this machine, and what to change.
 */
@Command(
    name = "doctor",
    description =
        "Checks kernel, io_uring, limits, container, file system and certificates, and shows what to"
            + " change.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Exit code: 0 if a server can run on io_uring here, 1 if a check failed."})
final class DoctorCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "The directory to be served (default: the current directory).")
  private Path directory = Path.of(".");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The YAML file whose certificates are checked.")
  private @Nullable Path config;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(names = "--json", description = "Writes JSON instead of lines.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  DoctorCommand() {}

  @Override
  public Integer call() {
    Report report;
    try {
      SettingsLoader.Flags flags = new SettingsLoader.Flags(Map.of(), config);
      report =
          Doctor.examine(
              directory, CertificateSettings.of(ServerSettings.loadValues(flags, System.getenv())));
    } catch (SettingsException wrong) {
      spec.commandLine().getErr().println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
    try (Console console = new Console()) {
      String text = json ? report.json() : report.text();
      console.out(text.getBytes(StandardCharsets.UTF_8));
    }
    return report.isWell() ? 0 : Millrace.EXIT_AMISS;
  }
}
