package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace completion}: prints the script by which a shell completes commands. */
@Command(
    name = "completion",
    description = "Prints a script that completes commands and options in bash and zsh.",
    mixinStandardHelpOptions = true,
    footer = {"", "In bash: source <(millrace completion)"})
final class CompletionCommand implements Callable<Integer> {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  CompletionCommand() {}

  @Override
  public Integer call() {
    CommandLine all = Millrace.commandLine("");
    spec.commandLine().getOut().println(AutoComplete.bash(all.getCommandName(), all));
    return 0;
  }
}
