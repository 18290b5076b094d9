package dev.millrace.cli;

import dev.millrace.doctor.Doctor;
import dev.millrace.doctor.Report;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace doctor}: says whether a server runs well here, and what to change if not. */
@Command(
    name = "doctor",
    description =
        "Looks at kernel, io_uring, limits, container and file system, and says what to change.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Exits with 0 if a server runs on io_uring here, 1 if something is in the way."})
final class DoctorCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "What shall be served (default: the current directory).")
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
