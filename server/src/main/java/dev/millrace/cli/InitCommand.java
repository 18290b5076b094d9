package dev.millrace.cli;

import dev.millrace.config.Key;
import dev.millrace.content.MountSettings;
import dev.millrace.server.ServerSettings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace init}: writes a configuration file with all settings as comments. */
@Command(
    name = "init",
    description = "Writes a configuration file that explains all settings.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "An existing file is not changed. Use the file with serve --config FILE.",
      "Exit code: 0, or 2 if the file cannot be written."
    })
final class InitCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = "millrace.yaml",
      description = "The new file, or - for standard output (default: ${DEFAULT-VALUE}).")
  private String file = "";

  @Option(
      names = "--root",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "The directory to serve (default: the current directory).")
  private Path root = Path.of("");

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  InitCommand() {}

  @Override
  public Integer call() {
    if (file.equals("-")) {
      spec.commandLine().getOut().print(text());
      return 0;
    }
    try {
      Files.writeString(Path.of(file), text(), StandardOpenOption.CREATE_NEW);
      spec.commandLine().getOut().println(file + " is written");
      return 0;
    } catch (FileAlreadyExistsException exists) {
      spec.commandLine().getErr().println("millrace: " + file + " exists");
    } catch (IOException failed) {
      spec.commandLine().getErr().println("millrace: " + file + " cannot be written: " + failed);
    }
    return Millrace.EXIT_USAGE;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    text.append(
            "# The configuration of Millrace. Each setting is shown with its default; remove the\n")
        .append("# number sign to change it. Use it with: millrace serve --config FILE\n")
        .append("# Check it with: millrace check --config FILE\n\n")
        .append("# ")
        .append(MountSettings.ROOT.description())
        .append('\n')
        .append("root: ")
        .append(quoted(root.toAbsolutePath().normalize().toString()))
        .append('\n');
    for (Key<?> key : ServerSettings.KEYS) {
      if (key != MountSettings.ROOT) {
        text.append("\n# ").append(key.description()).append('\n');
        text.append("# Values: ").append(key.form()).append('\n');
        text.append("#").append(key.name()).append(": ");
        text.append(quoted(key.defaultText())).append('\n');
      }
    }
    return text.append(RULES).toString();
  }

  /** A scalar of YAML in double quotes, unless it is plain. */
  private static String quoted(String value) {
    return value.matches("[A-Za-z0-9./][A-Za-z0-9./_-]*")
        ? value
        : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static final String RULES =
      """

      # Rules by path. docs/configuration.md describes them.

      #cache:
      #  - {match: "/assets/**", control: "max-age=31536000, immutable"}
      #headers:
      #  - {preset: secure}
      #redirects:
      #  - {from: /old/, to: /new/}
      #errors: {404: /404.html}
      #types: {log: text/plain}
      #auth:
      #  - {path: /private/, basic: /etc/millrace/users}
      #write:
      #  - {path: /incoming/, bearer: /etc/millrace/tokens}
      #cors:
      #  - {match: "/api/**", origins: ["https://app.example.org"]}
      #mounts:
      #  - {path: /other, root: /srv/other, listing: on}
      """;
}
