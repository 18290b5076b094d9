package dev.millrace.cli;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.ChecksumLines;
import dev.millrace.digest.DigestStore;
import dev.millrace.digest.FileDigests;
import dev.millrace.digest.SqliteDigestStore;
import dev.millrace.logging.LogHandler;
import dev.millrace.text.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace digest}: writes checksums in the format of sha256sum. */
@Command(
    name = "digest",
    description = "Writes checksums of files in the format of sha256sum, using all processors.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Symbolic links inside a directory are not followed.",
      "Exit code: 0 if every file has its checksum, 1 if one has not, 2 for a usage error."
    })
final class DigestCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files; directories with -r.")
  private List<String> paths = new ArrayList<>();

  @Option(
      names = "--algorithm",
      paramLabel = "sha256|sha512|sha1|md5",
      converter = AlgorithmName.class,
      description = "Hash algorithm. Default: sha256.")
  private Algorithm algorithm = Algorithm.SHA_256;

  @Option(names = "-r", description = "Recurses into directories.")
  private boolean recursive;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "State directory of a server. Files that its index has in their current version are not"
              + " read; new checksums are added to the index.")
  private @Nullable Path state;

  @Option(names = "--json", description = "Writes JSON instead of lines.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private boolean amiss;
  private boolean first = true;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  DigestCommand() {}

  @Override
  public Integer call() {
    LogHandler.install(System.err);
    List<byte[]> names = paths.stream().map(Console::bytes).toList();
    try (DigestStore store = state == null ? DigestStore.NONE : SqliteDigestStore.open(state);
        Console console = new Console();
        FileDigests digests =
            new FileDigests(algorithm, store, outcome -> print(console, outcome))) {
      if (Console.isWatched()) {
        console.watch(
            digests::doneBytes,
            names.stream().mapToLong(name -> FileDigests.sizeBytes(name, recursive)).sum());
      }
      if (json) {
        console.out("[");
      }
      names.forEach(name -> digests.add(name, recursive));
      digests.finish();
      if (json) {
        console.out(first ? "]\n" : "\n]\n");
      }
    } catch (IOException refused) {
      spec.commandLine().getErr().println("millrace: --state: " + refused.getMessage());
      return Millrace.EXIT_USAGE;
    }
    return amiss ? Millrace.EXIT_AMISS : 0;
  }

  private void print(Console console, FileDigests.Outcome outcome) {
    String hex = outcome.digests().hex(algorithm);
    FileDigests.Trouble trouble = outcome.trouble();
    if (hex == null || trouble != null) {
      amiss = true;
      console.complain(outcome.name(), trouble == null ? "no digest" : trouble.text());
    } else if (json) {
      StringBuilder out = new StringBuilder(first ? "\n{\"path\":" : ",\n{\"path\":");
      first = false;
      JsonText.string(out, new String(outcome.name(), StandardCharsets.UTF_8));
      out.append(",\"size\":").append(outcome.sizeBytes());
      out.append(",\"").append(algorithm.suffix()).append("\":\"").append(hex).append("\"}");
      console.out(out.toString());
    } else {
      console.out(ChecksumLines.line(hex, outcome.name()));
    }
  }
}
