package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.HostPort;
import dev.millrace.config.ListenAddress;
import dev.millrace.server.Programs;
import dev.millrace.server.RunningServer;
import dev.millrace.server.ServerSettings;
import dev.millrace.server.StartHints;
import dev.millrace.server.Via;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What helps a user to a first server. */
class StartTest {
  @TempDir Path root;

  private record Result(int exitCode, String out, String err) {}

  private static Result run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Millrace.commandLine(arguments[0])
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    int exitCode = command.execute(arguments);
    return new Result(exitCode, out.toString(), err.toString());
  }

  @Test
  void aPortAloneIsAnAddress() throws Exception {
    assertEquals(new HostPort("127.0.0.1", 8080), ListenAddress.parse("8080"));
    HostPort all = (HostPort) ListenAddress.parse(":80");
    assertEquals(80, all.port());
    assertTrue(all.resolve().getAddress().isAnyLocalAddress(), all.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-l", "-p", "--listen"})
  void shortOptionsAreThatOfTheAddress(String option) throws Exception {
    Serve serve = new Serve();
    Serve.withOptions(serve).parseArgs(option, "8081", "--qr", root.toString());
    ServerSettings settings = ServerSettings.load(serve.flags(), Map.of());
    assertEquals(List.of(new HostPort("127.0.0.1", 8081)), settings.get(ServerSettings.LISTEN));
  }

  @Test
  void allAddressesAreShownOnlyIfItListensOnAll() throws Exception {
    Files.writeString(root.resolve("index.html"), "x");
    ServerSettings settings = RunningServer.settings(root, Via.NIO, "");
    InetSocketAddress local = new InetSocketAddress("127.0.0.1", 1);
    assertEquals(List.of(), StartHints.of(settings, List.of(local), List.of()));
    assertEquals(List.of("http://127.0.0.1:1"), StartHints.urls(List.of(local), List.of()));
    InetSocketAddress all = new InetSocketAddress("0.0.0.0", 1);
    List<String> hints = StartHints.of(settings, List.of(local), List.of(all));
    assertEquals(1, hints.size(), hints.toString());
    assertTrue(hints.getFirst().contains("other machine"), hints.toString());
    assertFalse(hints.getFirst().contains("0.0.0.0"), hints.toString());
  }

  @Test
  void aRootWithoutIndexOrListingIsMentioned() throws Exception {
    ServerSettings settings = RunningServer.settings(root, Via.NIO, "");
    List<String> hints = StartHints.of(settings, List.of(), List.of());
    assertTrue(hints.getFirst().endsWith("; --listing lists its files"), hints.toString());
    ServerSettings listed = RunningServer.settings(root, Via.NIO, "listing: on\n");
    assertEquals(List.of(), StartHints.of(listed, List.of(), List.of()));
  }

  @Test
  void aQrCodeIsASquareOfHalfBlocks() {
    List<String> lines = StartActions.qrCode("http://192.0.2.1:8080").lines().toList();
    int width = lines.getFirst().length();
    assertEquals((width + 1) / 2, lines.size());
    assertTrue(lines.stream().allMatch(line -> line.length() == width), lines.toString());
    // The finder pattern in the upper left corner, after a light border of two modules.
    assertEquals(
        "\u2588\u2588 \u2584\u2584\u2584\u2584\u2584 \u2588", lines.get(1).substring(0, 10));
  }

  @Test
  void theWrittenConfigurationIsValidWithAndWithoutItsComments() throws Exception {
    Path file = root.resolve("millrace.yaml");
    assertEquals(0, run("init", "--root", root.toString(), file.toString()).exitCode());
    assertEquals(0, run("check", "--config", file.toString()).exitCode());
    Result again = run("init", file.toString());
    assertEquals(Millrace.EXIT_USAGE, again.exitCode());
    assertEquals("millrace: " + file + " exists\n", again.err());
    String text = Files.readString(file);
    String settings = text.substring(0, text.indexOf("# Rules by path"));
    // Each default is a valid value; an empty one stands for none.
    Files.writeString(file, settings.replaceAll("(?m)^#([a-z0-9-]+: )(?!\"\"$)", "$1"));
    Result checked = run("check", "--config", file.toString());
    assertEquals(0, checked.exitCode(), checked.toString());
  }

  @Test
  void theRulesOfTheWrittenConfigurationAreValid() throws Exception {
    String text = run("init", "--root", root.toString(), "-").out();
    Path file = root.resolve("rules.yaml");
    String rules =
        text.substring(text.indexOf("# Rules by path"))
            .replaceAll("(?m)^#(?! )", "")
            .replaceAll("(?m)^ *- \\{path: /(other|private|incoming).*$", "")
            .replaceAll("(?m)^(mounts|auth|write):\n", "");
    assertTrue(rules.contains("preset: secure"), rules);
    Files.writeString(file, "root: " + root + "\n" + rules);
    Result checked = run("check", "--config", file.toString());
    assertEquals(0, checked.exitCode(), checked.toString());
  }

  @Test
  void shellsAcceptTheCompletionScripts() throws Exception {
    Path bash = Files.writeString(root.resolve("c.bash"), run("completion").out());
    Programs.Result parsed = Programs.run("bash", "-n", bash.toString());
    assertEquals(0, parsed.exitCode(), parsed.toString());
    String fish = run("completion", "fish").out();
    assertTrue(
        fish.contains(
            "complete -c millrace -n '__fish_seen_subcommand_from serve' -s l -s p -l listen -r"),
        fish);
    assertTrue(
        fish.lines().allMatch(line -> line.matches("complete -c millrace -n '[^']*' .* -d '.*'")),
        fish);
    assertEquals(Millrace.EXIT_USAGE, run("completion", "tcsh").exitCode());
  }
}
