package dev.millrace.cli;

import dev.millrace.cli.Download.Downloaded;
import dev.millrace.cli.Download.Remote;
import dev.millrace.cli.RemoteOptions.Failed;
import dev.millrace.text.JsonText;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace get}: downloads files, and verifies them. */
@Command(
    name = "get",
    description = "Downloads files, and verifies their SHA-256.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Large files are downloaded in pieces by several connections. FILE.part and",
      "FILE.part.state remain if the download fails; another run goes on from there.",
      "Exit code: 0 if every file is complete, 1 if one is not, 2 for a usage error."
    })
final class GetCommand implements Callable<Integer> {
  private static final Duration STALL = Duration.ofMinutes(1);

  @Parameters(arity = "1..*", paramLabel = "URL", description = "Files to download.")
  private List<String> operands = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PATH",
      description = "The new file, or the directory of the new files (default: here).")
  private Path output = Path.of("");

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "Connections for one file, 1 to 16 (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--require-digest",
      description = "Keeps no file for which the server has no SHA-256.")
  private boolean requiresDigest;

  @Mixin private RemoteOptions remote = new RemoteOptions();

  @Option(names = "--json", description = "Writes JSON instead of lines.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final AtomicLong doneBytes = new AtomicLong();
  private boolean first = true;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  GetCommand() {}

  /** One file to download. */
  private record Job(URI url, Path target) {}

  @Override
  public Integer call() {
    List<Job> jobs = new ArrayList<>();
    try {
      remote.load();
      if (connections < 1 || connections > 16) {
        throw new IllegalArgumentException("--connections is 1 to 16");
      }
      boolean directory = output.toString().isEmpty() || Files.isDirectory(output);
      if (!directory && operands.size() > 1) {
        throw new IllegalArgumentException(output + " is not a directory");
      }
      for (String operand : operands) {
        URI url = RemoteOptions.url(operand);
        jobs.add(new Job(url, directory ? output.resolve(name(url)) : output));
      }
    } catch (IOException | IllegalArgumentException wrong) {
      spec.commandLine().getErr().println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
    return run(jobs) ? 0 : Millrace.EXIT_AMISS;
  }

  private static String name(URI url) {
    String path = url.getRawPath();
    String name =
        URLDecoder.decode(
            path.substring(path.lastIndexOf('/') + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(url + " has no name for a file: use -o FILE");
    }
    return name;
  }

  private boolean run(List<Job> jobs) {
    boolean complete = true;
    try (HttpClient client = RemoteOptions.client();
        StallGuard guard = new StallGuard(STALL);
        Console console = new Console()) {
      AtomicLong allBytes = new AtomicLong();
      if (Console.isWatched()) {
        console.watch(doneBytes::get, allBytes::get);
      }
      if (json) {
        console.out("[");
      }
      for (Job job : jobs) {
        try {
          Download download =
              new Download(client, remote, guard, job.url, job.target, connections, doneBytes);
          Remote found = download.look();
          allBytes.addAndGet(Math.max(0, found.sizeBytes()));
          print(console, job, download.run(found, requiresDigest));
        } catch (Failed | IOException failed) {
          complete = false;
          console.complain(
              Console.bytes(job.url.toString()),
              failed.getMessage() == null ? failed.toString() : failed.getMessage());
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      if (json) {
        console.out(first ? "]\n" : "\n]\n");
      }
    }
    return complete;
  }

  private void print(Console console, Job job, Downloaded downloaded) {
    @Nullable String by = downloaded.verifiedBy();
    if (json) {
      StringBuilder out = new StringBuilder(first ? "\n{\"path\":" : ",\n{\"path\":");
      first = false;
      JsonText.string(out, job.target.toString());
      JsonText.member(out, "url", job.url.toString());
      JsonText.member(out, "sha256", downloaded.sha256());
      out.append(",\"verified\":").append(by != null);
      if (by != null) {
        JsonText.member(out, "by", by);
      }
      console.out(out.append('}').toString());
    } else {
      console.out(
          downloaded.sha256()
              + "  "
              + job.target
              + (by == null ? " not verified: the server has no SHA-256" : " verified")
              + "\n");
    }
  }
}
