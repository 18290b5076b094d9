package dev.millrace.cli;

import dev.millrace.doctor.Doctor;
import dev.millrace.doctor.Report;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code millrace doctor}: reports whether a server runs well on this machine, and what to change.
 */
@Command(
    name = "doctor",
    description =
        "Checks kernel, io_uring, limits, container and file system, and shows what to change.",
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

  @Option(names = "--json", description = "Writes JSON instead of lines.")
  private boolean json;

  DoctorCommand() {}

  @Override
  public Integer call() {
    Report report = Doctor.examine(directory);
    try (Console console = new Console()) {
      String text = json ? report.json() : report.text();
      console.out(text.getBytes(StandardCharsets.UTF_8));
    }
    return report.isWell() ? 0 : Millrace.EXIT_AMISS;
  }
}
