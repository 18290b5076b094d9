package dev.millrace.library;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.image.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Publishes core-sync and core-io to a folder, and builds and runs a project outside that depends
 * on the artifacts in it alone.
 */
class PublishedLibrariesTest {
  private static final String VERSION = "0.1.0-SNAPSHOT";

  @TempDir static Path folder;
  @TempDir Path files;
  private static Path repository;
  private static Path outside;

  @BeforeAll
  static void publishAndBuild() throws Exception {
    Path tree = folder.resolve("tree");
    copy(Shell.TOP, tree);
    repository = folder.resolve("repository");
    maven(
        tree,
        "-Ppublish",
        "-Dmaven.test.skip=true",
        "-Dmaven.install.skip=true",
        "-pl",
        ".,core-sync,core-io",
        "deploy",
        "-DaltDeploymentRepository=folder::" + repository.toUri());
    outside = folder.resolve("outside");
    copy(Path.of("src/test/resources/outside"), outside);
    Path settings = Files.writeString(folder.resolve("settings.xml"), settings());
    maven(
        outside,
        "-s",
        settings.toString(),
        "-Dmaven.repo.local=" + folder.resolve("local"),
        "-Dmillrace.version=" + VERSION,
        "compiler:compile",
        "dependency:copy-dependencies",
        "-DoutputDirectory=" + outside.resolve("lib"));
  }

  /** The folder has our artifacts; plugins come from what the build of this project has fetched. */
  private static String settings() {
    Path fetched = Path.of(System.getProperty("user.home"), ".m2", "repository");
    String plugins = System.getProperty("maven.repo.local", fetched.toString());
    return """
    <settings>
      <profiles>
        <profile>
          <id>folders</id>
          <repositories>
            <repository><id>central</id><url>%1$s</url></repository>
            <repository><id>folder</id><url>%2$s</url></repository>
          </repositories>
          <pluginRepositories>
            <pluginRepository><id>central</id><url>%1$s</url></pluginRepository>
          </pluginRepositories>
        </profile>
      </profiles>
      <activeProfiles><activeProfile>folders</activeProfile></activeProfiles>
    </settings>
    """
        .formatted(Path.of(plugins).toUri(), repository.toUri());
  }

  private static void maven(Path directory, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("mvn", "-B", "-ntp", "-q", "-f"));
    command.add(directory.resolve("pom.xml").toString());
    command.addAll(List.of(arguments));
    Map<String, String> jdk = Map.of("JAVA_HOME", System.getProperty("java.home"));
    var _ = Shell.run(600, jdk, command).ok();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (Set.of("target", ".git").contains(path.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(path).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(path, to.resolve(from.relativize(path).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static List<String> program(String name, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=dev.millrace.io,dev.millrace.sync");
    command.addAll(List.of("-p", outside.resolve("target/classes") + ":" + outside.resolve("lib")));
    command.addAll(List.of("-m", "outside/outside." + name));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command;
  }

  private static Shell.Result run(String name, Object... arguments) throws Exception {
    Shell.Result result = Shell.run(60, Map.of(), program(name, arguments));
    assertEquals("", result.err(), "warnings of " + name);
    assertEquals(0, result.exitCode());
    return result;
  }

  private Path random(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(content);
    return Files.write(files.resolve(name), content);
  }

  @Test
  void eachArtifactHasSourcesAndJavadocAndWhatCentralRequires() throws Exception {
    for (String artifact : List.of("core-sync", "core-io")) {
      Path directory = repository.resolve("dev/millrace/" + artifact + "/" + VERSION);
      Set<String> kinds = new TreeSet<>();
      try (var all = Files.list(directory)) {
        for (Path file : all.toList()) {
          String name = file.getFileName().toString();
          if (name.matches(".*-\\d(-\\w+)?\\.(jar|pom)")) {
            kinds.add(name.replaceFirst(".*-\\d(?=[-.])", ""));
          }
        }
      }
      assertEquals(Set.of(".jar", ".pom", "-sources.jar", "-javadoc.jar"), kinds);
    }
    String parent = Files.readString(Shell.TOP.resolve("pom.xml"));
    for (String element : List.of("<name>", "<description>", "<url>", "<licenses>", "<scm>")) {
      assertTrue(parent.contains(element), element);
    }
    assertTrue(parent.contains("<developers>"));
  }

  @Test
  void filesAreCopied() throws Exception {
    Path large = random("large", 1_000_003);
    Path empty = random("empty", 0);
    for (Path from : List.of(large, empty)) {
      var _ = run("RingCopy", from, files.resolve("copy"));
      assertArrayEquals(Files.readAllBytes(from), Files.readAllBytes(files.resolve("copy")));
    }
    Path one = files.resolve("one");
    Path two = files.resolve("two");
    var _ = run("VirtualThreadCopy", large, one, empty, two);
    assertArrayEquals(Files.readAllBytes(large), Files.readAllBytes(one));
    assertArrayEquals(new byte[0], Files.readAllBytes(two));
  }

  @Test
  void everythingProducedIsConsumed() throws Exception {
    assertEquals("1001000\n", run("ProducersAndConsumers").out());
  }

  @Test
  void theServersEcho() throws Exception {
    for (String server : List.of("VirtualThreadEcho", "LoopEcho")) {
      Process process = new ProcessBuilder(program(server)).redirectErrorStream(true).start();
      try (BufferedReader out = process.inputReader()) {
        int port = Integer.parseInt(out.readLine());
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        for (int bytes : new int[] {1, 100, 50_000}) {
          byte[] sent = Files.readAllBytes(random("sent", bytes));
          for (Socket client : clients) {
            client.getOutputStream().write(sent);
          }
          for (Socket client : clients) {
            assertArrayEquals(sent, client.getInputStream().readNBytes(bytes), server);
          }
        }
        for (Socket client : clients) {
          client.shutdownOutput();
          assertEquals(-1, client.getInputStream().read(), server);
          client.close();
        }
      } finally {
        process.destroyForcibly();
        process.waitFor();
      }
    }
  }
}
