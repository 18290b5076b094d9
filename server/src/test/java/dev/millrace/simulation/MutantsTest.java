package dev.millrace.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether the simulation finds faults: each mutant of {@code mutants.txt} is compiled and simulated
 * in a process of its own. Property {@code simulation.mutants}: how many of them, spread over the
 * list; {@code -Psimulate} takes all.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS)
class MutantsTest {
  private static final int FEW = 3;
  private static final int SEEDS = 2_000;

  @TempDir Path directory;

  @Test
  void everyMutantFitsItsSource() throws IOException {
    List<Mutant> all = Mutant.all();
    assertTrue(all.size() >= 30, all.size() + " mutants");
    for (Mutant mutant : all) {
      assertEquals(1, mutant.occurrences(), mutant.name() + " in " + mutant.source());
      assertNotEquals(mutant.before(), mutant.after(), mutant.name());
    }
  }

  @TestFactory
  List<DynamicTest> theSimulationFinds() throws IOException {
    List<Mutant> all = Mutant.all();
    int count = Math.min(all.size(), Integer.getInteger("simulation.mutants", FEW));
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Mutant mutant = all.get(i * all.size() / count);
      tests.add(DynamicTest.dynamicTest(mutant.name(), () -> find(mutant)));
    }
    return tests;
  }

  private void find(Mutant mutant) throws Exception {
    Path classes = Files.createTempDirectory(directory, "mutant");
    Path source = mutant.writeInto(classes);
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-nowarn",
                "-d",
                classes.toString(),
                "-cp",
                path,
                source.toString());
    assertEquals(0, compiled, "the mutant does not compile");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-ea",
                "-cp",
                classes + ":" + path,
                Simulation.class.getName(),
                "0",
                String.valueOf(SEEDS))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(1, process.waitFor(), mutant.name() + " was not found in " + SEEDS + " days");
    assertTrue(output.contains("seed "), output);
    String told = output.substring(output.indexOf("seed "));
    System.out.println(
        mutant.name() + ": " + told.substring(0, Math.min(300, told.length())).replace('\n', ' '));
  }
}
