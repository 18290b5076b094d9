package dev.millrace.benchmarks;

import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.ParseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The time that the gate takes for one request head, in one piece as nearly all come. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeadParserBenchmark {
  /** Whose head. */
  public enum Client {
    /** Chromium's for a page, 13 fields, some 640 bytes. */
    BROWSER(
        "GET /downloads/release-2026.11/millrace-manual.html HTTP/1.1\r\n"
            + "Host: files.example.org:8080\r\n"
            + "Connection: keep-alive\r\n"
            + "Cache-Control: max-age=0\r\n"
            + "sec-ch-ua: \"Chromium\";v=\"141\", \"Not?A_Brand\";v=\"8\"\r\n"
            + "sec-ch-ua-mobile: ?0\r\n"
            + "sec-ch-ua-platform: \"Linux\"\r\n"
            + "Upgrade-Insecure-Requests: 1\r\n"
            + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
            + " Chrome/141.0.0.0 Safari/537.36\r\n"
            + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
            + "image/webp,*/*;q=0.8\r\n"
            + "Sec-Fetch-Site: none\r\n"
            + "Sec-Fetch-Mode: navigate\r\n"
            + "Accept-Encoding: gzip, deflate, br, zstd\r\n"
            + "Accept-Language: en-GB,en;q=0.9\r\n\r\n"),
    /** curl's, 3 fields. */
    CURL(
        "GET /debian.iso HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/8.5.0\r\n"
            + "Accept: */*\r\n\r\n");

    private final byte[] head;

    Client(String head) {
      this.head = head.getBytes(StandardCharsets.US_ASCII);
    }
  }

  @Param private Client client = Client.BROWSER;

  private final HeadParser parser = new HeadParser(HttpLimits.DEFAULT);
  private byte[] head = {};
  private int length;

  @Setup
  public void choose() {
    // As it is received: into a buffer that is larger.
    head = Arrays.copyOf(client.head, 16 << 10);
    length = client.head.length;
    if (parse() != ParseStatus.COMPLETE || parser.length() != length) {
      throw new IllegalStateException("the head of " + client + " is not whole");
    }
  }

  @Benchmark
  public ParseStatus parse() {
    parser.reset();
    return parser.parse(head, 0, length);
  }

  public static void main(String[] arguments) throws RunnerException {
    new Runner(
            new OptionsBuilder()
                .include(HeadParserBenchmark.class.getName())
                .forks(3)
                .warmupIterations(4)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(1))
                .addProfiler(GCProfiler.class)
                .jvmArgs("-XX:+UseSerialGC", "-Xmx256m")
                .build())
        .run();
  }
}
