package dev.millrace.cli;

import dev.millrace.digest.ChecksumLines;
import dev.millrace.digest.SqliteDigestStore;
import dev.millrace.digest.Verification;
import dev.millrace.digest.Verification.Finding;
import dev.millrace.digest.Verification.Status;
import dev.millrace.files.OpenFile;
import dev.millrace.logging.LogHandler;
import dev.millrace.text.ByteUnits;
import dev.millrace.text.JsonText;
import dev.millrace.uring.ErrnoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace verify}: rereads a directory and reports differences. */
@Command(
    name = "verify",
    description =
        "Reads all files of a directory and compares them with an index or a checksum file.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "changed: the content differs, and so does size or time (a checksum file has neither)."
          + " corrupt: the content differs although size and time are the same. missing: known, but"
          + " the file does not exist. forgotten: missing, and deleted from the index by"
          + " --forget-missing; no problem. unreadable: the file cannot be read. added: not known"
          + " before; no problem.",
      "Exit code: 0 if there is no problem, 1 if there is one, 2 for a usage error."
    })
final class VerifyCommand implements Callable<Integer> {
  /** The source of the known digests. */
  static final class Known {
    @Option(
        names = "--state",
        paramLabel = "DIR",
        description = "State directory of a server, with its index.")
    private @Nullable Path state;

    @Option(
        names = "--sums",
        paramLabel = "FILE",
        description = "A checksum file such as SHA256SUMS, with paths relative to DIR.")
    private @Nullable Path sums;
  }

  @Parameters(arity = "1", paramLabel = "DIR", description = "The directory to verify.")
  private String directory = "";

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Known known = new Known();

  @Option(names = "--json", description = "Writes JSON instead of lines.")
  private boolean json;

  @Option(
      names = "--forget-missing",
      description =
          "Deletes files that do not exist from the index, because they were removed on purpose;"
              + " only with --state.")
  private boolean forgetMissing;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final Map<Status, Long> counts = new EnumMap<>(Status.class);
  private boolean first = true;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  VerifyCommand() {}

  @Override
  public Integer call() {
    LogHandler.install(System.err);
    if (forgetMissing && known.state == null) {
      return refused("--forget-missing needs --state: checksum files are never changed");
    }
    OpenFile root;
    try {
      root = OpenFile.open(Console.bytes(directory));
    } catch (ErrnoException failed) {
      return refused(directory + " cannot be opened");
    }
    if (!root.stat().isDirectory()) {
      root.close();
      return refused(directory + " is not a directory");
    }
    try (Console console = new Console();
        Verification verification = new Verification(root, found -> print(console, found))) {
      verify(console, verification);
    } catch (IOException failed) {
      return refused(String.valueOf(failed.getMessage()));
    }
    return counts.keySet().stream().allMatch(Status::isWell) ? 0 : Millrace.EXIT_AMISS;
  }

  private int refused(String why) {
    spec.commandLine().getErr().println("millrace: " + why);
    return Millrace.EXIT_USAGE;
  }

  private void verify(Console console, Verification verification) throws IOException {
    long start = System.nanoTime();
    Path sums = known.sums;
    Path state = known.state;
    if (sums != null) {
      List<ChecksumLines.Sum> lines = read(sums);
      begin(console, verification);
      verification.compareWith(lines, beneath(sums));
    } else if (state != null) {
      try (SqliteDigestStore index = SqliteDigestStore.openExisting(state)) {
        begin(console, verification);
        verification.compareWith(index, forgetMissing);
      }
    }
    end(console, verification.doneBytes(), (System.nanoTime() - start) / 1e9);
  }

  private static List<ChecksumLines.Sum> read(Path sums) throws IOException {
    byte[] text;
    try {
      text = Files.readAllBytes(sums);
    } catch (NoSuchFileException missing) {
      throw new IOException(sums + " does not exist", missing);
    }
    try {
      return ChecksumLines.parse(text);
    } catch (IOException wrong) {
      throw new IOException(sums + ": " + wrong.getMessage(), wrong);
    }
  }

  /** The checksum file's own path if it is in the directory; it is not reported as added. */
  private byte @Nullable [] beneath(Path sums) throws IOException {
    Path root = Path.of(directory).toRealPath();
    Path file = sums.toRealPath();
    return file.startsWith(root) ? Console.bytes(root.relativize(file).toString()) : null;
  }

  private void begin(Console console, Verification verification) {
    if (Console.isWatched()) {
      console.watch(verification::doneBytes, verification.sizeBytes());
    }
    if (json) {
      console.out("{\"files\":[");
    }
  }

  private void print(Console console, Finding found) {
    counts.merge(found.status(), 1L, Long::sum);
    if (found.status() == Status.OK || (found.status() == Status.ADDED && !json)) {
      return;
    }
    String status = name(found.status());
    if (json) {
      StringBuilder out = new StringBuilder(first ? "\n{\"path\":" : ",\n{\"path\":");
      first = false;
      JsonText.string(out, new String(found.name(), StandardCharsets.UTF_8));
      console.out(out.append(",\"status\":\"").append(status).append("\"}").toString());
    } else {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      line.writeBytes(
          String.format(Locale.ROOT, "%-10s ", status).getBytes(StandardCharsets.UTF_8));
      line.writeBytes(ChecksumLines.escaped(found.name()));
      line.write('\n');
      console.out(line.toByteArray());
    }
  }

  private static String name(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private void end(Console console, long bytes, double seconds) {
    StringBuilder out = new StringBuilder(json ? (first ? "]" : "\n]") : "");
    for (Status status : Status.values()) {
      if (status == Status.FORGOTTEN && !forgetMissing) {
        continue;
      }
      long count = counts.getOrDefault(status, 0L);
      if (json) {
        out.append(",\"").append(name(status)).append("\":").append(count);
      } else {
        out.append(out.isEmpty() ? "" : ", ").append(count).append(' ').append(name(status));
      }
    }
    if (json) {
      out.append(",\"bytes\":").append(bytes);
      out.append(String.format(Locale.ROOT, ",\"seconds\":%.3f}%n", seconds));
    } else {
      out.append("; ").append(ByteUnits.format(bytes));
      out.append(String.format(Locale.ROOT, " in %.1f s%n", seconds));
    }
    console.out(out.toString());
  }
}
