package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the scripts of a checkout on machines that lack something. Each script runs as a copy in a
 * mount namespace without a JDK in the usual places and with another {@code /etc/os-release}. Stubs
 * of apt-get, apt-cache, id and mvn come first on PATH; the apt-get stub installs a JDK that prints
 * its arguments.
 */
class ScriptsTest {
  private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
  private static final String PACKAGE = "openjdk-25-jdk-headless";

  @TempDir Path directory;
  private Path checkout;
  private Path stubs;
  private Path calls;

  @BeforeEach
  void copy() throws Exception {
    checkout = Files.createDirectory(directory.resolve("checkout"));
    stubs = Files.createDirectory(directory.resolve("stubs"));
    calls = Files.createFile(directory.resolve("calls"));
    for (String path : List.of("millrace", "verify", ".ci", "docker/train", "load-tests/short")) {
      Path to = checkout.resolve(path);
      Files.createDirectories(to.getParent());
      run("cp", "-r", TOP.resolve(path).toString(), to.toString());
    }
    stub("mvn", "echo \"mvn $*\" >>" + calls + "; mkdir -p " + checkout + "/server/target");
    stub("ldconfig", "echo 'liburing.so.2 (libc6,x86-64)'");
    Files.createDirectory(directory.resolve("jdk"));
    jdk(directory.resolve("jdk"));
  }

  /** A JDK 25 whose java prints a server's start message. */
  private void jdk(Path home) throws Exception {
    Path bin = Files.createDirectory(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    for (String tool : List.of("java", "javac")) {
      executable(
          bin.resolve(tool),
          "echo \"java $*\"; echo ' at http://127.0.0.1:1 over stub; management at nowhere'");
    }
  }

  private void stub(String name, String script) throws Exception {
    executable(stubs.resolve(name), script);
  }

  private static void executable(Path file, String script) throws Exception {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  private static Result run(String... command) throws Exception {
    Result result = Programs.run(command);
    assertEquals(0, result.exitCode(), result.err());
    return result;
  }

  /** An apt whose lists contain the JDK from the start, after an update, or never. */
  private void apt(boolean known, boolean knownAfterUpdate) throws Exception {
    Path lists = directory.resolve("lists");
    if (known) {
      Files.createFile(lists);
    }
    String update = knownAfterUpdate ? "touch " + lists : "true";
    String install = "mkdir -p /usr/lib/jvm && cp -r " + directory + "/jdk /usr/lib/jvm/jdk-25";
    stub("apt-cache", "echo \"apt-cache $*\" >>" + calls + "; [ -e " + lists + " ] || exit 100");
    stub(
        "apt-get",
        "echo \"apt-get $*\" >>"
            + calls
            + "\ncase $1 in update) "
            + update
            + " ;;\n"
            + "install) case \"$*\" in *jdk*) "
            + install
            + " ;; esac ;; esac");
  }

  private void user(int id) throws Exception {
    stub("id", "echo " + id);
  }

  /** Runs a script of the copy without a JDK; the environment has only PATH and HOME. */
  private Result withoutJdk(String osRelease, String... script) throws Exception {
    Path release = Files.writeString(directory.resolve("os-release"), osRelease);
    String hide =
        "for place in /usr/lib/jvm /usr/java /opt; do [ ! -d $place ] || mount -t tmpfs none $place; done\n"
            + "mount --bind "
            + release
            + " /etc/os-release\n"
            + "exec env -i PATH="
            + stubs
            + ":/usr/sbin:/usr/bin:/sbin:/bin HOME="
            + directory
            + " \"$@\"";
    boolean root = Programs.run("id", "-u").out().strip().equals("0");
    List<String> command = new ArrayList<>(List.of("unshare", root ? "-m" : "-rm", "sh", "-ec"));
    command.addAll(List.of(hide, "sh"));
    command.add(checkout.resolve(script[0]).toString());
    command.addAll(List.of(script).subList(1, script.length));
    return Programs.run(command, Map.of());
  }

  private String calls() throws Exception {
    return Files.readString(calls);
  }

  @ParameterizedTest
  @CsvSource({"millrace,doctor", "verify,-o"})
  void asRootTheScriptInstallsTheDistributionsJdk(String script, String argument) throws Exception {
    apt(false, true);
    user(0);
    Result result = withoutJdk("ID=debian\nVERSION_ID=13\n", script, argument);
    assertEquals(0, result.exitCode(), result.out() + result.err() + calls());
    assertTrue(
        result.err().contains("Millrace needs a JDK 25 or newer: installing " + PACKAGE),
        result.err());
    assertTrue(calls().contains("apt-get install -y -q --no-install-recommends " + PACKAGE));
    assertTrue(calls().contains("mvn "), calls());
    if (script.equals("millrace")) {
      assertTrue(result.out().contains("dev.millrace.cli.Millrace doctor"), result.out());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"millrace", "verify"})
  void asAnotherUserTheScriptPrintsTheInstallCommand(String script) throws Exception {
    apt(true, true);
    user(1000);
    Result result = withoutJdk("ID=debian\nVERSION_ID=13\n", script, "-o");
    assertEquals(2, result.exitCode(), result.out());
    assertEquals(
        "Millrace needs a JDK 25 or newer; install it with: sudo apt-get install " + PACKAGE,
        result.err().lines().findFirst().orElseThrow());
    assertTrue(result.err().contains("docker build -t millrace"), result.err());
    assertFalse(calls().contains("apt-get"), calls());
  }

  @Test
  void aFailedInstallationIsReported() throws Exception {
    apt(true, true);
    stub("apt-get", "echo 'no such mirror' >&2; exit 100");
    user(0);
    Result result = withoutJdk("ID=debian\nVERSION_ID=13\n", "millrace", "doctor");
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("apt-get could not install " + PACKAGE), result.err());
    assertTrue(result.err().contains("docker build"), result.err());
  }

  @ParameterizedTest
  @CsvSource({
    "debian,,12,bookworm,0,apt-get install -y temurin-25-jdk",
    "debian,,12,bookworm,1000,sudo apt-get install -y temurin-25-jdk",
    "ubuntu,debian,24.04,noble,1000,sudo apt-get install -y temurin-25-jdk",
    "linuxmint,ubuntu debian,22,noble,1000,sudo apt-get install -y temurin-25-jdk",
    "fedora,,43,,1000,sudo dnf install java-25-openjdk-devel",
    "rocky,rhel centos fedora,9,,0,dnf install java-25-openjdk-devel",
    "arch,,,,1000,sudo pacman -S jdk-openjdk",
    "alpine,,3.23,,0,apk add openjdk25-jdk",
    "opensuse-leap,suse opensuse,16.0,,1000,sudo zypper install java-25-openjdk-devel",
    "gentoo,,2.17,,0,'from https://adoptium.net/temurin/releases/?version=25 and set JAVA_HOME'"
  })
  void onOtherDistributionsTheScriptPrintsTheirCommands(
      String id, String like, String version, String codename, int user, String command)
      throws Exception {
    apt(false, false);
    user(user);
    String release =
        "ID=%s\nID_LIKE=\"%s\"\nVERSION_ID=\"%s\"\nVERSION_CODENAME=%s\nPRETTY_NAME=\"The %s\"\n"
            .formatted(id, text(like), text(version), text(codename), id);
    Result result = withoutJdk(release, "millrace", "doctor");
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(
        result.err().lines().anyMatch(line -> line.strip().equals(command))
            || (id.equals("gentoo") && result.err().contains(command)),
        result.err());
    assertTrue(result.err().contains("docker run"), result.err());
    assertFalse(result.err().contains("unbound"), result.err());
    if (codename != null) {
      assertTrue(
          result.err().contains("adoptium.net/artifactory/deb " + codename + " main"),
          result.err());
      assertEquals(user != 0, result.err().contains("sudo"), result.err());
    }
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  /** systemd, cron and {@code env -i} start scripts without HOME, USER, LANG or TERM. */
  @ParameterizedTest
  @ValueSource(strings = {"./millrace doctor", "./verify -o", "./load-tests/short", "./.ci/run"})
  void scriptsNeedNoVariableButPath(String line) throws Exception {
    apt(true, true);
    Result result = withEmptyEnvironment(line, directory.resolve("jdk/bin"));
    assertEquals(0, result.exitCode(), result.out() + result.err());
    assertFalse(result.err().contains("unbound variable"), result.err());
  }

  /** The stub's java exits with 3 at once; the script must report that as its own failure. */
  @Test
  void theTrainingNeedsNoVariableButPath() throws Exception {
    executable(stubs.resolve("java"), "exit 3");
    Result result =
        withEmptyEnvironment("bash docker/train " + stubs + "/java none none auto", stubs);
    assertEquals(1, result.exitCode(), result.out() + result.err());
    assertFalse(result.err().contains("unbound variable"), result.err());
  }

  @Test
  void theComparisonsHelpNeedsNoVariableButPath() throws Exception {
    String run = TOP.resolve("load-tests/compare/run").toString();
    Result result = Programs.run("env", "-i", "PATH=/usr/bin:/bin", run, "--help");
    assertEquals(0, result.exitCode(), result.err());
  }

  private Result withEmptyEnvironment(String line, Path first) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "-i",
                "PATH=" + first + ":" + stubs + ":/usr/sbin:/usr/bin:/sbin:/bin",
                "bash",
                "-c",
                "cd " + checkout + " && exec " + line));
    return Programs.run(command, Map.of());
  }
}
