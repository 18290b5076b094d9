package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** {@code millrace completion}: prints the script by which a shell completes commands. */
@Command(
    name = "completion",
    description = "Prints a script that completes commands and options in a shell.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "In bash and zsh: source <(millrace completion)",
      "In fish: millrace completion fish | source"
    })
final class CompletionCommand implements Callable<Integer> {
  /** The shells. */
  enum Shell {
    BASH,
    /** Runs the script of bash with bashcompinit, which the script starts. */
    ZSH,
    FISH
  }

  @Parameters(
      arity = "0..1",
      paramLabel = "SHELL",
      defaultValue = "bash",
      description = "bash, zsh or fish (default: ${DEFAULT-VALUE}).")
  private Shell shell = Shell.BASH;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  CompletionCommand() {}

  @Override
  public Integer call() {
    CommandLine all = Millrace.commandLine("");
    spec.commandLine()
        .getOut()
        .println(shell == Shell.FISH ? fish(all) : AutoComplete.bash(all.getCommandName(), all));
    return 0;
  }

  private static String fish(CommandLine all) {
    StringBuilder script = new StringBuilder();
    all.getSubcommands()
        .forEach((name, command) -> {
          line(script, "__fish_use_subcommand", "-f -a " + name, command.getCommandSpec());
          for (OptionSpec option : command.getCommandSpec().options()) {
            StringBuilder names = new StringBuilder();
            for (String each : option.names()) {
              names.append(each.startsWith("--") ? " -l " : " -s ");
              names.append(each.substring(each.startsWith("--") ? 2 : 1));
            }
            String takes = option.arity().min() > 0 ? " -r" : "";
            line(
                script,
                "__fish_seen_subcommand_from " + name,
                names.substring(1) + takes,
                String.join(" ", option.description()));
          }
        });
    return script.toString().stripTrailing();
  }

  private static void line(
      StringBuilder script, String condition, String what, CommandSpec command) {
    line(script, condition, what, String.join(" ", command.usageMessage().description()));
  }

  private static void line(
      StringBuilder script, String condition, String what, String description) {
    script
        .append("complete -c millrace -n '")
        .append(condition)
        .append("' ")
        .append(what)
        .append(" -d '")
        .append(description.replace("\\", "\\\\").replace("'", "\\'"))
        .append("'\n");
  }
}
