package dev.millrace.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Other programs, from the top of the checkout. */
public final class Shell {
  /** The top of the checkout. */
  public static final Path TOP = Path.of("..").toAbsolutePath().normalize();

  /** What a program left. */
  public record Result(int exitCode, String out, String err) {
    /** Its output; fails if it ended badly. */
    public String ok() {
      if (exitCode != 0) {
        throw new AssertionError("exit code " + exitCode + "\n" + out + err);
      }
      return out;
    }
  }

  private Shell() {}

  /** Runs a program to its end; kills it when the time is over. */
  public static Result run(
      int timeoutSeconds, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("millrace-out", ".txt");
    Path err = Files.createTempFile("millrace-err", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(TOP.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(
            "still running: " + command + "\n" + Files.readString(out) + Files.readString(err));
      }
      return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Runs a program for at most two minutes. */
  public static Result run(String... command) throws IOException, InterruptedException {
    return run(120, Map.of(), List.of(command));
  }
}
