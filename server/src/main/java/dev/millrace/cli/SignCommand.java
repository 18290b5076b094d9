package dev.millrace.cli;

import dev.millrace.auth.AuthSettings;
import dev.millrace.auth.SignedLinks;
import dev.millrace.config.Parser;
import dev.millrace.config.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace sign}: makes links for paths that need a signature. */
@Command(
    name = "sign",
    description = "Makes links that give access to a path until a time.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The server needs the key file in a rule, as in auth: [{path: /private/, signed: FILE}].",
      "Exit code: 0, or 2 for a usage error."
    })
final class SignCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "URL", description = "URLs or paths without a query.")
  private List<String> operands = new ArrayList<>();

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      required = true,
      description = "File with keys; the first one signs.")
  private Path keyFile = Path.of("");

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      defaultValue = "24h",
      description = "How long the link is valid (default: ${DEFAULT-VALUE}).")
  private String expires = "";

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      description = "The method, as PUT or DELETE (default: GET and HEAD).")
  private @Nullable String method;

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description = "The only client that may use the link.")
  private @Nullable String address;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  SignCommand() {}

  @Override
  public Integer call() {
    try {
      byte[] key = AuthSettings.signingKeys(lines()).getFirst();
      long until = System.currentTimeMillis() / 1000 + Parser.duration(expires).toSeconds();
      if (method != null && !method.matches("[A-Z]{1,20}")) {
        throw new IllegalArgumentException(method + " is not a method");
      }
      if (address != null) {
        InetAddress _ = InetAddress.ofLiteral(address);
      }
      for (String operand : operands) {
        spec.commandLine().getOut().println(signed(key, operand, until));
      }
      return 0;
    } catch (IOException | SettingsException | IllegalArgumentException wrong) {
      spec.commandLine().getErr().println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
  }

  private List<String> lines() throws IOException {
    try {
      return Files.readAllLines(keyFile);
    } catch (IOException unreadable) {
      throw new IOException(keyFile + " cannot be read", unreadable);
    }
  }

  private String signed(byte[] key, String operand, long until) {
    URI url = URI.create(operand);
    String path = url.getRawPath();
    if (url.getRawQuery() != null || url.getRawFragment() != null || path == null) {
      throw new IllegalArgumentException(operand + " has a query or a fragment");
    }
    return operand + "?" + SignedLinks.query(key, path, until, address, method);
  }
}
