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
    description =
        "A static file server for Linux and io_uring that computes and checks file digests.",
    mixinStandardHelpOptions = true,
    versionProvider = Millrace.VersionProvider.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Millrace implements Runnable {
  /** Exit code of a check that found a problem. */
  static final int EXIT_AMISS = 1;

  /** Exit code for a usage error, an unusable setting or a failed start. */
  static final int EXIT_USAGE = 2;

  /** Exit code of a server whose loop has failed: EX_SOFTWARE of sysexits.h. */
  static final int EXIT_FAILED = 70;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  public Millrace() {}

  /** Runs the command and exits with its code. */
  public static void main(String... arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    Optional<SettingsLoader.Flags> plain = PlainServe.read(arguments);
    return plain.isPresent() ? serve(plain.get()) : parse(arguments);
  }

  /** Prints an unexpected exception and returns its exit code, as picocli does. */
  private static int serve(SettingsLoader.Flags flags) {
    try {
      return Serve.run(flags);
    } catch (RuntimeException | Error defect) { // threads that were started would keep the process
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

  /** The command with the named subcommand only, or with all if no subcommand has the name. */
  static CommandLine commandLine(String name) {
    CommandLine command = new CommandLine(new Millrace());
    addSubcommands(command, name);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    return command;
  }

  /**
   * Adds the named subcommand, or all of them for help and errors. picocli inspects each by
   * reflection, and some hold clients and terminals, which would delay a server's start.
   */
  private static void addSubcommands(CommandLine command, String name) {
    Map<String, Supplier<Object>> subcommands = new LinkedHashMap<>();
    subcommands.put("serve", Serve::commandLine);
    subcommands.put("init", InitCommand::new);
    subcommands.put("check", CheckCommand::checking);
    subcommands.put("reload", ReloadCommand::reloading);
    subcommands.put("digest", DigestCommand::new);
    subcommands.put("verify", VerifyCommand::new);
    subcommands.put("doctor", DoctorCommand::new);
    subcommands.put("top", TopCommand::new);
    subcommands.put("health", HealthCommand::new);
    subcommands.put("put", PutCommand::new);
    subcommands.put("get", GetCommand::new);
    subcommands.put("sign", SignCommand::new);
    subcommands.put("completion", CompletionCommand::new);
    Supplier<Object> subcommand = subcommands.get(name);
    if (subcommand != null) {
      command.addSubcommand(name, subcommand.get());
    } else {
      subcommands.forEach((each, supplier) -> command.addSubcommand(each, supplier.get()));
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  static final class VersionProvider implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"millrace " + Version.current()};
    }
  }
}
