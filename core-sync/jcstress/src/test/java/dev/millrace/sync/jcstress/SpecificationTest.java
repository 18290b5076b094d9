package dev.millrace.sync.jcstress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs jcstress and reads its tally. Its own exit status is no help: it is 0 also when no test
 * could be run at all, or each was skipped for an error.
 */
class SpecificationTest {
  private static final Pattern TALLY =
      Pattern.compile(
          "\\(Results: (\\d+) planned; (\\d+) passed, (\\d+) failed,"
              + " (\\d+) soft errs, (\\d+) hard errs\\)");

  @Test
  @Timeout(value = 25, unit = TimeUnit.HOURS)
  void nothingForbiddenIsObserved() throws IOException, InterruptedException {
    assumeTrue(
        Runtime.getRuntime().availableProcessors() >= 2,
        "jcstress runs two actors at once, and this process may use one processor only");
    Path directory = Path.of(System.getProperty("jcstress.directory"));
    Files.createDirectories(directory);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of("org.openjdk.jcstress.Main", "-v", "-r", directory.toString()));
    command.addAll(List.of(System.getProperty("jcstress.options").split(" ")));

    Process run =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    // Ends the run, and with it the reading below, if it takes too long.
    Thread limit =
        Thread.startVirtualThread(() -> {
          try {
            TimeUnit.MINUTES.sleep(Long.getLong("jcstress.limitMinutes"));
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
          } catch (InterruptedException inTime) {
            Thread.currentThread().interrupt();
          }
        });
    Matcher tally = null;
    StringBuilder output = new StringBuilder();
    try (BufferedReader lines = run.inputReader()) {
      String line;
      while ((line = lines.readLine()) != null) {
        output.append(line).append('\n');
        Matcher matcher = TALLY.matcher(line);
        if (matcher.matches()) {
          tally = matcher;
        }
      }
    }
    int status = run.waitFor();
    limit.interrupt();
    Files.writeString(directory.resolve("output.txt"), output);

    assertEquals(0, status, output::toString);
    assertNotNull(tally, output::toString);
    int planned = Integer.parseInt(tally.group(1));
    assertTrue(planned > 0, "no test was selected");
    assertEquals(planned, Integer.parseInt(tally.group(2)), output::toString);
    for (int failures = 3; failures <= 5; failures++) {
      assertEquals(0, Integer.parseInt(tally.group(failures)), output::toString);
    }
    System.out.println("jcstress: " + tally.group());
  }
}
