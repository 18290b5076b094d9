package dev.millrace.cli;

import dev.millrace.config.SettingsLoader;
import dev.millrace.server.ServerSettings;
import dev.millrace.server.Version;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code millrace} command. */
@Command(
    name = "millrace",
    description = "A file server whose every byte comes off one io_uring completion loop.",
    mixinStandardHelpOptions = true,
    versionProvider = Millrace.VersionProvider.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Millrace implements Runnable {
  /** What a check that found something amiss exits with. */
  static final int EXIT_AMISS = 1;

  /** What a wrong command line, a setting that cannot be used, or a failed start exits with. */
  static final int EXIT_USAGE = 2;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  public Millrace() {}

  /** Runs the command and exits with its code. */
  public static void main(String... arguments) {
    System.exit(run(arguments));
  }

  /** Runs the command and returns its exit code. */
  static int run(String... arguments) {
    Optional<SettingsLoader.Flags> plain = PlainServe.read(arguments);
    return plain.isPresent() ? serve(plain.get()) : parse(arguments);
  }

  /** As picocli calls a command: what it throws is shown, and makes the exit code. */
  private static int serve(SettingsLoader.Flags flags) {
    try {
      return Serve.run(flags);
    } catch (RuntimeException defect) {
      defect.printStackTrace();
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private static int parse(String... arguments) {
    CommandLine command = commandLine(arguments.length == 0 ? "" : arguments[0]);
    command.setParameterExceptionHandler((wrong, args) -> {
      wrong.getCommandLine().getErr().println("millrace: " + message(wrong));
      return EXIT_USAGE;
    });
    return command.execute(arguments);
  }

  private static String message(CommandLine.ParameterException wrong) {
    if (wrong instanceof CommandLine.UnmatchedArgumentException unmatched) {
      for (String argument : unmatched.getUnmatched()) {
        String option = argument.replaceFirst("=.*", "");
        String current =
            option.startsWith("--")
                ? SettingsLoader.renamed(ServerSettings.KEYS).get(option.substring(2))
                : null;
        if (current != null) {
          return option + " is now --" + current;
        }
      }
    }
    return String.valueOf(wrong.getMessage());
  }

  /** The command with the subcommand of a name, or with all if it is none. */
  static CommandLine commandLine(String asked) {
    CommandLine command = new CommandLine(new Millrace());
    addSubcommands(command, asked);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    return command;
  }

  /**
   * Adds the subcommand that is asked for, or all where help or a mistake needs them. picocli looks
   * at every one by reflection, and some hold clients and terminals; a server's start waits for it.
   */
  private static void addSubcommands(CommandLine command, String asked) {
    Map<String, Supplier<Object>> subcommands = new LinkedHashMap<>();
    subcommands.put("serve", Serve::commandLine);
    subcommands.put("digest", DigestCommand::new);
    subcommands.put("verify", VerifyCommand::new);
    subcommands.put("doctor", DoctorCommand::new);
    subcommands.put("top", TopCommand::new);
    subcommands.put("health", HealthCommand::new);
    Supplier<Object> one = subcommands.get(asked);
    if (one != null) {
      command.addSubcommand(asked, one.get());
    } else {
      subcommands.forEach((name, made) -> command.addSubcommand(name, made.get()));
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The version for {@code --version}. */
  static final class VersionProvider implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"millrace " + Version.current()};
    }
  }
}
