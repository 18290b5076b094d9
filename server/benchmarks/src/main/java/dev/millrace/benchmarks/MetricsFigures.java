package dev.millrace.benchmarks;

import dev.millrace.config.SettingsLoader;
import dev.millrace.server.FileServer;
import dev.millrace.server.ServerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the figures cost: processor time of a request with them and without, and the times of small
 * downloads while fifty scrape at once.
 *
 * <p>Both are measured in turns, first one first and then the other. Arguments: rounds, and which
 * part: overhead or storm; both if none is named. Needs wrk and taskset.
 */
public final class MetricsFigures {
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
  private static final int SECONDS = 4;
  private static final int SMALL_BYTES = 1024;
  private static final int SCRAPERS = 50;
  private static final int CONNECTIONS = 4;
  private static final int REQUESTS_PER_SECOND = 2000;

  private MetricsFigures() {}

  public static void main(String... arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
    String part = arguments.length > 1 ? arguments[1] : "both";
    Path root = Files.createTempDirectory("metrics-figures");
    Path file = Files.write(root.resolve("1k"), new byte[SMALL_BYTES]);
    try {
      if (!part.equals("storm")) {
        overhead(root, rounds);
      }
      if (!part.equals("overhead")) {
        storm(root, rounds);
      }
    } finally {
      Files.delete(file);
      Files.delete(root);
    }
  }

  // ---- processor time of a request -------------------------------------------------------------

  /** A server in this process, and its loop's thread. */
  private record Contender(FileServer server, long thread) implements AutoCloseable {
    static Contender start(Path root, String metrics) throws Exception {
      Set<Long> before = loops();
      Map<String, List<String>> flags =
          Map.of(
              "root", List.of(root.toString()),
              "listen", List.of("127.0.0.1:0"),
              "management", List.of("127.0.0.1:0"),
              "transport", List.of("uring"),
              "digests", List.of("on-request"),
              "metrics", List.of(metrics));
      FileServer server =
          FileServer.start(ServerSettings.load(new SettingsLoader.Flags(flags, null), Map.of()));
      Set<Long> after = loops();
      after.removeAll(before);
      return new Contender(server, after.iterator().next());
    }

    private static Set<Long> loops() throws IOException {
      Set<Long> loops = new HashSet<>();
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        for (Path task : tasks.toList()) {
          if (Files.readString(task.resolve("comm")).strip().equals("millrace-loop")) {
            loops.add(Long.parseLong(task.getFileName().toString()));
          }
        }
      }
      return loops;
    }

    long runNanos() throws IOException {
      String times = Files.readString(Path.of("/proc/self/task/" + thread + "/schedstat"));
      return Long.parseLong(times.substring(0, times.indexOf(' ')));
    }

    /** Processor time of the loop's thread for each request that wrk makes. */
    double microsPerRequest() throws IOException, InterruptedException {
      long before = runNanos();
      String url = "http://127.0.0.1:" + server.addresses().getFirst().getPort() + "/1k";
      Process process =
          new ProcessBuilder("taskset", "-c", "1", "wrk", "-t1", "-c64", "-d" + SECONDS + "s", url)
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes());
      int code = process.waitFor();
      Matcher requests = REQUESTS.matcher(said);
      if (code != 0 || !requests.find() || said.contains("Non-2xx")) {
        throw new IOException("wrk: " + said);
      }
      return (runNanos() - before) / 1e3 / Long.parseLong(requests.group(1));
    }

    @Override
    public void close() {
      server.close();
    }
  }

  /**
   * Both servers in this process, so that they run the same compiled code: two virtual machines
   * compile one code differently, which weighs more than what is to be measured.
   */
  private static void overhead(Path root, int rounds) throws Exception {
    double[] on = new double[rounds];
    double[] off = new double[rounds];
    double[] ratios = new double[rounds];
    try (Contender with = Contender.start(root, "on");
        Contender without = Contender.start(root, "off")) {
      for (int i = 0; i < 3; i++) { // compiled by then
        var _ = with.microsPerRequest();
        var _ = without.microsPerRequest();
      }
      for (int i = 0; i < rounds; i++) {
        if (i % 2 == 0) {
          on[i] = with.microsPerRequest();
          off[i] = without.microsPerRequest();
        } else {
          off[i] = without.microsPerRequest();
          on[i] = with.microsPerRequest();
        }
        ratios[i] = on[i] / off[i];
        say("round %d: on %.3f µs, off %.3f µs, ratio %.3f", i + 1, on[i], off[i], ratios[i]);
      }
    }
    say(
        "CPU per request, medians: on %.3f µs, off %.3f µs; ratio %s",
        median(on), median(off), spread(ratios));
  }

  // ---- fifty who scrape at once ----------------------------------------------------------------

  private static void storm(Path root, int rounds) throws Exception {
    try (ServerProcess server =
        ServerProcess.start(List.of(), root.toString(), "--digests=on-request")) {
      for (int i = 0; i < 3; i++) {
        var _ = p99(server, 0);
        var _ = p99(server, REQUESTS_PER_SECOND);
        scrapeOnce(server);
      }
      for (int perSecond : new int[] {0, REQUESTS_PER_SECOND}) {
        double[] quiet = new double[rounds];
        double[] stormy = new double[rounds];
        double[] ratios = new double[rounds];
        AtomicLong scrapes = new AtomicLong();
        for (int i = 0; i < rounds; i++) {
          if (i % 2 == 0) {
            quiet[i] = p99(server, perSecond);
            stormy[i] = stormP99(server, perSecond, scrapes);
          } else {
            stormy[i] = stormP99(server, perSecond, scrapes);
            quiet[i] = p99(server, perSecond);
          }
          ratios[i] = stormy[i] / quiet[i];
          say("round %d: quiet %.0f µs, stormy %.0f µs", i + 1, quiet[i], stormy[i]);
        }
        say(
            "p99 at %s, medians: quiet %.0f µs, while %d scrape at once every second %.0f µs;"
                + " ratio %s; %d scrapes in all",
            perSecond == 0 ? "full speed" : perSecond + " requests a second",
            median(quiet),
            SCRAPERS,
            median(stormy),
            spread(ratios),
            scrapes.get());
      }
    }
  }

  private static double p99(ServerProcess server, int perSecond) throws Exception {
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    long[] times =
        Downloads.run(
            server, "1k", SMALL_BYTES, CONNECTIONS, perSecond, () -> System.nanoTime() - end < 0);
    return times[(int) (times.length * 0.99)] / 1e3;
  }

  private static double stormP99(ServerProcess server, int perSecond, AtomicLong scrapes)
      throws Exception {
    Thread storm =
        Thread.ofPlatform()
            .start(() -> {
              try {
                for (int i = 0; i < SECONDS; i++) {
                  scrapes.addAndGet(scrapeOnce(server));
                  Thread.sleep(1000);
                }
              } catch (IOException failed) {
                throw new UncheckedIOException(failed);
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            });
    double p99 = p99(server, perSecond);
    storm.join();
    return p99;
  }

  /** Fifty ask before any answer is read: the scraper costs little beside what it asks for. */
  private static int scrapeOnce(ServerProcess server) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    int answers = 0;
    try {
      for (int i = 0; i < SCRAPERS; i++) {
        Socket socket = server.connectToManagement();
        sockets.add(socket);
        socket
            .getOutputStream()
            .write("GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".getBytes());
      }
      for (Socket socket : sockets) {
        byte[] page = socket.getInputStream().readAllBytes();
        if (page.length < 10_000) {
          throw new IOException("a scrape of " + page.length + " bytes");
        }
        answers++;
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    return answers;
  }

  // ---- numbers ---------------------------------------------------------------------------------

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String spread(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT, "%.3f (%.3f to %.3f)", median(values), sorted[0], sorted[sorted.length - 1]);
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
