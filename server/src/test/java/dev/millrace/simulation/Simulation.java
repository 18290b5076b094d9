package dev.millrace.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** Runs days, one after another, with a directory in memory for each. */
final class Simulation implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");

  private final ExecutorService worker = Executors.newSingleThreadExecutor();
  private final Logger logger = Logger.getLogger("dev.millrace");
  private final Handler handler = new Failures();
  private volatile ServerDay day;

  /** Makes a failure that the server logs a failure of the day; keeps the rest off the console. */
  private final class Failures extends Handler {
    @Override
    public void publish(LogRecord entry) {
      ServerDay of = day;
      if (of != null && entry.getLevel() == Level.SEVERE) {
        Throwable thrown = entry.getThrown();
        of.wrong(entry.getMessage() + (thrown == null ? "" : ": " + ServerDay.describe(thrown)));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  Simulation() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  /** Runs a day; throws if anything was wrong. */
  ServerDay run(long seed) throws Exception {
    Path directory = Files.createTempDirectory(MEMORY, "millrace-day-");
    try {
      ServerDay next = new ServerDay(seed, directory, worker);
      day = next;
      List<String> wrong = next.run();
      if (!wrong.isEmpty()) {
        throw new AssertionError(
            next
                + ": "
                + wrong
                + "; again with: ./verify -pl server -am -Dtest=ServerSimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed="
                + seed);
      }
      return next;
    } finally {
      day = null;
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
    worker.close();
  }

  /**
   * Runs days until one is wrong; then prints it and ends with code 1.
   *
   * @param arguments the first seed and the number of days
   */
  public static void main(String[] arguments) throws Exception {
    long first = Long.parseLong(arguments[0]);
    long count = Long.parseLong(arguments[1]);
    try (Simulation simulation = new Simulation()) {
      for (long seed = first; seed < first + count; seed++) {
        try {
          var _ = simulation.run(seed);
        } catch (AssertionError wrong) {
          System.out.println(wrong.getMessage());
          Runtime.getRuntime().halt(1); // its threads may wait for ever
        }
      }
    }
    Runtime.getRuntime().halt(0);
  }
}
