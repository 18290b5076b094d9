package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.Key;
import dev.millrace.config.SettingsLoader;
import dev.millrace.content.Mount;
import dev.millrace.server.FileServer;
import dev.millrace.server.ServerSettings;
import dev.millrace.server.TestTls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Parses every command and loads every setting in README.md and docs; serves YAML examples. */
class DocumentedExamplesTest {
  private static final String COMMAND = "(?:\\./)?millrace";

  /** A command within a paragraph, also behind {@code docker run ...}. */
  private static final Pattern IN_TEXT =
      Pattern.compile("`(?:docker run \\.\\.\\. )?(" + COMMAND + " [^`]*)`");

  private static final Pattern SETTING_IN_TEXT = Pattern.compile("`([a-z-]+: [^`]+)`");

  /** Settings whose value is a placeholder, with a value that replaces it. */
  private static final Map<String, String> PLACEHOLDERS = Map.of("loops: N", "loops: 1");

  /** Programs of examples that this test does not run, each with the reason. */
  private static final Map<String, String> NOT_HERE =
      Map.ofEntries(
          Map.entry("./verify", "runs this test"),
          Map.entry(
              "curl", "requests a file of the reader's; IntegrityContract sends the same field"),
          Map.entry(
              "docker",
              "needs a container engine; packaging-tests build and run the image with one"),
          Map.entry("mvn", "builds the benchmarks, or downloads a profiler"),
          Map.entry("java", "runs what the line before has built"),
          Map.entry(
              "cp=core-io/examples/target/classes:core-io/target/classes:core-sync/target/classes",
              "is the class path of the lines after it"),
          Map.entry("jcmd", "profiles a server that runs"),
          Map.entry("jfr", "prints what jcmd has recorded"),
          Map.entry("sleep", "waits while jcmd records"),
          Map.entry("load-tests/compare/run", "compares servers for an hour, as root"),
          Map.entry("openssl", "makes a certificate; CertificatesTest makes the same"),
          Map.entry("certbot", "asks a public authority; AcmeServerTest has one of its own"),
          Map.entry("packaging/deb/build", "builds a package; PackageTest builds and installs it"),
          Map.entry("apt-get", "installs that package, as root"),
          Map.entry("systemctl", "asks systemd; packaging-tests/vm/run does the same"),
          Map.entry("rclone", "needs a remote; WebdavClientsTest synchronizes with this server"),
          Map.entry("kill", "signals a server; CertificatesTest reloads one"));

  private static final Set<String> DRAWINGS = Set.of("ARCHITECTURE.md");

  @TempDir Path elsewhere;

  private static List<Path> documents() throws Exception {
    List<Path> all = new ArrayList<>(List.of(Path.of("..", "README.md")));
    try (var docs = Files.list(Path.of("..", "docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(all::add);
    }
    assertTrue(all.size() >= 6, "found " + all);
    return all;
  }

  /**
   * Lines of a fenced or indented code block.
   *
   * @param language after the opening fence, or empty
   */
  private record Block(String document, String language, List<String> lines) {}

  private static List<Block> blocks() throws Exception {
    List<Block> blocks = new ArrayList<>();
    for (Path document : documents()) {
      String name = document.getFileName().toString();
      Block open = null;
      boolean fenced = false;
      for (String line : Files.readAllLines(document)) {
        if (line.startsWith("```")) {
          fenced = !fenced;
          open = fenced ? new Block(name, line.substring(3), new ArrayList<>()) : null;
          if (fenced) {
            blocks.add(open);
          }
        } else if (fenced) {
          open.lines().add(line);
        } else if (line.startsWith("    ")) {
          if (open == null) {
            open = new Block(name, "", new ArrayList<>());
            blocks.add(open);
          }
          open.lines().add(line.substring(4));
        } else {
          open = null;
        }
      }
    }
    return blocks;
  }

  /** The commands of a block; only the lines behind a prompt if the block shows prompts. */
  private static List<String> commands(Block block) {
    boolean prompts = block.lines().stream().anyMatch(line -> line.startsWith("$ "));
    List<String> commands = new ArrayList<>();
    String before = "";
    for (String line : block.lines()) {
      if (prompts && !line.startsWith("$ ")) {
        continue;
      }
      String text = before + line.replaceFirst("^\\$ ", "").replaceFirst(" +# .*$", "").strip();
      if (text.endsWith("\\")) {
        before = text.substring(0, text.length() - 1);
      } else {
        before = "";
        commands.add(text);
      }
    }
    return commands;
  }

  private static void parse(String command) throws Exception {
    String[] words = command.split(" ");
    String[] arguments = Arrays.copyOfRange(words, 1, words.length);
    CommandLine line = Millrace.commandLine(arguments[0]);
    CommandLine.ParseResult parsed = line.parseArgs(arguments);
    if (arguments[0].equals("serve") && !parsed.subcommand().isUsageHelpRequested()) {
      Serve serve = (Serve) parsed.subcommand().commandSpec().userObject();
      SettingsLoader.Flags flags = serve.flags();
      assertEquals(flags, PlainServe.read(arguments).orElse(flags), command);
      var _ = ServerSettings.load(flags, Map.of());
    }
  }

  @Test
  void everyCommandInABlockIsParsedOrListedWithAReason() throws Exception {
    Set<String> reasons = new TreeSet<>(NOT_HERE.keySet());
    int parsed = 0;
    for (Block block : blocks()) {
      if (block.language().equals("yaml") || DRAWINGS.contains(block.document())) {
        continue;
      }
      for (String command : commands(block)) {
        String program = command.substring(0, (command + " ").indexOf(' '));
        if (program.matches(COMMAND)) {
          parse(command);
          parsed++;
        } else {
          assertTrue(
              NOT_HERE.containsKey(program),
              block.document() + ": neither run nor listed: " + command);
          reasons.remove(program);
        }
      }
    }
    assertEquals(Set.of(), reasons, "listed but not in any example");
    assertTrue(parsed >= 7, parsed + " commands");
  }

  @Test
  void everyCommandInTheTextIsParsed() throws Exception {
    int parsed = 0;
    for (Path document : documents()) {
      Matcher command = IN_TEXT.matcher(Files.readString(document));
      while (command.find()) {
        parse(command.group(1));
        parsed++;
      }
    }
    assertTrue(parsed >= 10, parsed + " commands");
  }

  private ServerSettings load(String yaml, Map<String, List<String>> flags) throws Exception {
    Path file = Files.writeString(elsewhere.resolve("millrace.yaml"), yaml);
    return ServerSettings.load(new SettingsLoader.Flags(flags, file), Map.of());
  }

  @Test
  void everySettingInTheTextIsLoaded() throws Exception {
    Set<String> keys = new TreeSet<>();
    for (Key<?> key : ServerSettings.KEYS) {
      keys.add(key.name());
    }
    int loaded = 0;
    for (Path document : documents()) {
      Matcher setting = SETTING_IN_TEXT.matcher(Files.readString(document));
      while (setting.find()) {
        String text = PLACEHOLDERS.getOrDefault(setting.group(1), setting.group(1));
        if (keys.contains(text.substring(0, text.indexOf(':')))) {
          var _ = load(text + "\n", Map.of());
          loaded++;
        }
      }
    }
    assertTrue(loaded >= 12, loaded + " settings");
  }

  /** Only the directories and the ports are replaced. */
  @Test
  void everyYamlExampleIsLoadedAndServed() throws Exception {
    Path etc = Files.createDirectories(elsewhere.resolve("etc/millrace"));
    Files.createDirectories(elsewhere.resolve("var/log/millrace"));
    Files.writeString(
        etc.resolve("htpasswd"),
        "ada:$2y$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe\n");
    Files.writeString(etc.resolve("tokens"), "token\n");
    for (String name : List.of("www", "www-rsa")) {
      Files.copy(TestTls.certificate(), etc.resolve(name + ".pem"));
      Files.copy(TestTls.key(), etc.resolve(name + "-key.pem"));
    }
    Files.copy(TestTls.certificate(), etc.resolve("clients.pem"));
    int served = 0;
    for (Block block : blocks()) {
      if (block.language().equals("yaml")) {
        String yaml = String.join("\n", block.lines()) + "\n";
        String here = yaml.replaceAll("(?<=[ :])(?=/(?:srv|etc|var)/)", elsewhere.toString());
        assertTrue(
            !load(here, Map.of()).get(ServerSettings.LISTEN).isEmpty(),
            "the documented addresses are loaded");
        Map<String, List<String>> ports = new HashMap<>();
        for (String key : List.of("listen", "management", "tls-listen")) {
          if (!key.equals("tls-listen") || yaml.contains(key)) {
            ports.put(key, List.of("127.0.0.1:0"));
          }
        }
        ServerSettings settings = load(here, ports);
        for (Mount mount : settings.mounts()) {
          Files.createDirectories(mount.root());
        }
        try (FileServer server = FileServer.start(settings)) {
          assertEquals(1, server.addresses().size());
        }
        served++;
      }
    }
    assertEquals(6, served);
  }
}
