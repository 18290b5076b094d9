package dev.millrace.cli;

import dev.millrace.management.Status;
import dev.millrace.management.StatusJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace top}: shows a server's status in a terminal. */
@Command(
    name = "top",
    description = "Shows the metrics of a server's /status page, like top(1).",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Keys: q quits. Exit code: 1 if the first request fails."})
final class TopCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final long REFRESH_MILLIS = 1000;
  private static final int PLAIN_COLUMNS = 100;

  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:9090",
      description = "The server's management port (default: ${DEFAULT-VALUE}).")
  private String url = "";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File whose first line is the bearer token, see management-token-file.")
  private @Nullable Path tokenFile;

  @Option(names = "--once", description = "Prints the metrics once, without a terminal.")
  private boolean once;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  TopCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    URI source;
    try {
      source = source(url);
    } catch (IllegalArgumentException wrong) {
      return fail("'" + url + "' is not a URL, as in http://127.0.0.1:9090", Millrace.EXIT_USAGE);
    }
    try (http) {
      Status.Snapshot first;
      try {
        first = fetch(source);
      } catch (IOException failed) {
        return fail(source + ": " + why(failed), Millrace.EXIT_AMISS);
      }
      if (once) {
        print(first);
      } else {
        watch(source, first);
      }
      return 0;
    }
  }

  private int fail(String message, int code) {
    spec.commandLine().getErr().println("millrace: " + message);
    return code;
  }

  static URI source(String url) {
    URI uri = URI.create(url.contains("://") ? url : "http://" + url);
    if (uri.getHost() == null || uri.getScheme() == null || !uri.getScheme().startsWith("http")) {
      throw new IllegalArgumentException(url);
    }
    return uri.resolve("/status.json");
  }

  private Status.Snapshot fetch(URI source) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(source).timeout(PATIENCE);
    if (tokenFile != null) {
      List<String> lines = Files.readAllLines(tokenFile);
      String token = lines.isEmpty() ? "" : lines.getFirst().strip();
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("responded with status " + response.statusCode());
    }
    try {
      return StatusJson.read(response.body());
    } catch (IllegalArgumentException other) {
      throw new IOException(other.getMessage(), other);
    }
  }

  private static String why(IOException failed) {
    String message = failed.getMessage();
    return message == null ? "no response" : message;
  }

  private static void print(Status.Snapshot status) {
    try (Console console = new Console()) {
      for (AttributedString line : TopScreen.draw(status, "", PLAIN_COLUMNS, Integer.MAX_VALUE)) {
        console.out((line.toString().stripTrailing() + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private void watch(URI source, Status.Snapshot first) throws IOException, InterruptedException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(false).build()) {
      Attributes before = terminal.enterRawMode();
      var _ = terminal.puts(Capability.enter_ca_mode);
      var _ = terminal.puts(Capability.cursor_invisible);
      try {
        watch(terminal, source, first);
      } finally {
        var _ = terminal.puts(Capability.cursor_normal);
        var _ = terminal.puts(Capability.exit_ca_mode);
        terminal.setAttributes(before);
        terminal.flush();
      }
    }
  }

  private void watch(Terminal terminal, URI source, Status.Snapshot first)
      throws IOException, InterruptedException {
    Display display = new Display(terminal, true);
    Status.Snapshot status = first;
    String trouble = "";
    while (true) {
      Size size = terminal.getSize();
      display.resize(size);
      List<AttributedString> lines =
          TopScreen.draw(status, trouble, size.getColumns(), size.getRows());
      display.update(lines, -1);
      terminal.flush();
      int key = terminal.reader().read(REFRESH_MILLIS);
      if (key == 'q' || key == 'Q' || key == 3 || key == NonBlockingReader.EOF) {
        return;
      }
      try {
        status = fetch(source);
        trouble = "";
      } catch (IOException failed) {
        trouble = source + ": " + why(failed);
      }
    }
  }
}
