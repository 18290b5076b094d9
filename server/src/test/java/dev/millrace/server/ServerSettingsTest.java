package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.HostPort;
import dev.millrace.config.Key;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader.Flags;
import dev.millrace.transport.TransportChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSettingsTest {
  private static final Flags NONE = new Flags(Map.of(), null);

  @TempDir Path directory;

  private Path yaml(String text) throws Exception {
    return Files.writeString(directory.resolve("millrace.yaml"), text);
  }

  private static Flags configured(Path file) {
    return new Flags(Map.of(), file);
  }

  @Test
  void loadingNothingGivesTheDefaults() throws Exception {
    ServerSettings settings = ServerSettings.load(NONE, Map.of());
    assertEquals(Path.of("."), settings.mounts().getFirst().root());
    assertEquals(List.of(new HostPort("127.0.0.1", 8080)), settings.get(ServerSettings.LISTEN));
    assertEquals(new HostPort("127.0.0.1", 9090), settings.get(ServerSettings.MANAGEMENT));
    assertEquals(TransportChoice.AUTO, settings.get(TransportSettings.CHOICE));
    assertTrue(settings.get(ServerSettings.WORKERS) >= 2);
    assertEquals(Duration.ofSeconds(30), settings.get(ServerSettings.DRAIN));
  }

  @Test
  void flagsOverrideTheEnvironmentWhichOverridesTheFile() throws Exception {
    Path file = yaml("root: /file\nworkers: 3\ndrain: 1m\nlisten: [\"0.0.0.0:1\", \"[::1]:2\"]\n");
    Flags flags = new Flags(Map.of("root", List.of("/flag")), file);
    Map<String, String> environment =
        Map.of("MILLRACE_ROOT", "/environment", "MILLRACE_WORKERS", "5");
    ServerSettings settings = ServerSettings.load(flags, environment);
    assertEquals(Path.of("/flag"), settings.mounts().getFirst().root());
    assertEquals(5, settings.get(ServerSettings.WORKERS));
    assertEquals(Duration.ofMinutes(1), settings.get(ServerSettings.DRAIN));
    assertEquals(
        List.of(new HostPort("0.0.0.0", 1), new HostPort("::1", 2)),
        settings.get(ServerSettings.LISTEN));
  }

  @Test
  void theEnvironmentCanNameTheFileAndHasCommaSeparatedLists() throws Exception {
    Path file = yaml("transport: nio\n");
    ServerSettings settings =
        ServerSettings.load(
            NONE,
            Map.of(
                "MILLRACE_CONFIG", file.toString(), "MILLRACE_LISTEN", "127.0.0.1:1, 127.0.0.1:2"));
    assertEquals(TransportChoice.NIO, settings.get(TransportSettings.CHOICE));
    assertEquals(2, settings.get(ServerSettings.LISTEN).size());
  }

  @Test
  void variablesThatKubernetesInjectsAreIgnored() throws Exception {
    ServerSettings.load(
        NONE, Map.of("MILLRACE_SERVICE_HOST", "10.0.0.1", "MILLRACE_PORT", "tcp://10.0.0.1:80"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MILLRACE_WORKERS | 0 | MILLRACE_WORKERS: '0' is not a number from 1 to 1024",
        "MILLRACE_WORKERS | many | MILLRACE_WORKERS: 'many' is not a number from 1 to 1024",
        "MILLRACE_TRANSPORT | epoll | MILLRACE_TRANSPORT: 'epoll' is not one of auto, uring, nio",
        "MILLRACE_DRAIN | 30 | MILLRACE_DRAIN: '30' is not a number and ms, s, m or h, as in 30s",
        "MILLRACE_CONFIG | /none.yaml | config: /none.yaml does not exist",
      })
  void errorsNameTheVariableAndTheAllowedValues(String variable, String value, String message) {
    SettingsException wrong =
        assertThrows(
            SettingsException.class, () -> ServerSettings.load(NONE, Map.of(variable, value)));
    assertEquals(message, wrong.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"host", "", ":", "65536", "host:", "host:-1", "host:65536", "::1:80", "[]:80"})
  void invalidAddressesAreRejected(String address) {
    SettingsException wrong = assertThrows(SettingsException.class, () -> HostPort.parse(address));
    assertTrue(wrong.getMessage().startsWith("'" + address + "' is not HOST:PORT"));
  }

  @Test
  void aFileThatIsNotAMapOrNotYamlIsRejected() throws Exception {
    for (String text : List.of("- a\n- b\n", "just text\n")) {
      Path file = yaml(text);
      SettingsException wrong =
          assertThrows(
              SettingsException.class, () -> ServerSettings.load(configured(file), Map.of()));
      assertTrue(
          wrong.getMessage().contains("holds no keys; allowed: access-log"), wrong.getMessage());
    }
    Path broken = yaml("workers: 2\nroot: [unclosed\n");
    SettingsException wrong =
        assertThrows(
            SettingsException.class, () -> ServerSettings.load(configured(broken), Map.of()));
    assertTrue(wrong.getMessage().contains("in line "), wrong.getMessage());
  }

  @Test
  void duplicateAndNestedKeysAreRejected() throws Exception {
    Path twice = yaml("workers: 2\nworkers: 3\n");
    assertThrows(SettingsException.class, () -> ServerSettings.load(configured(twice), Map.of()));
    Path nested = yaml("workers:\n  count: 3\n");
    assertThrows(SettingsException.class, () -> ServerSettings.load(configured(nested), Map.of()));
  }

  @Test
  void anEmptyFileGivesTheDefaults() throws Exception {
    ServerSettings settings = ServerSettings.load(configured(yaml("# nothing\n")), Map.of());
    for (Key<?> key : ServerSettings.KEYS) {
      assertEquals(key.defaultText(), settings.values().node(key).text(), key.name());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listing: maybe | listing: 'maybe' is not one of on, off, true, false",
        "symlinks: all | symlinks: 'all' is not one of beneath, none",
        "precompressed: [lz4] | precompressed: 'lz4' is not one of br, zstd, gzip",
        "index: [a/b] | index: 'a/b' must not contain a slash",
        "errors: {200: /x} | errors: '200' is not a number from 400 to 599",
        "types: {x: text} | types.x: 'text' is not a media type, as in text/plain",
        "cache: [{match: '*'}] | cache[0]: 'control' is missing",
        "cache: [{match: '[', control: no-store}] | cache[0]: '[' has a bracket that is not closed",
        "cache: [{control: \"a\\x07b\"}] | cache[0]: 'a",
        "cors: [{origins: [example.org]}] | cors[0]: 'example.org' is not an origin, as in https://app.example.org, or *",
        "auth: [{path: /a}] | auth[0]: exactly one of 'basic', 'bearer' and 'certificate' must be set",
        "auth: [{path: a, basic: /x}] | auth[0]: 'a' is not a path that begins with a slash",
        "auth: [{path: /a, basic: /none}] | auth[0].basic: /none cannot be read",
        "auth: [{path: /a, basic: /etc/hostname}] | auth[0].basic: /etc/hostname: line 1 is not NAME:HASH",
        "auth: [{path: /a, bearer: /none, realm: a\\b}] | auth[0]: realm must be printable",
        "access-log-format: xml | access-log-format: 'xml' is not one of combined, json",
        "mounts: [{path: /a}] | mounts[0]: 'root' is missing",
        "mounts: [{root: /a}] | mounts[0]: a mount needs a host, or a path other than /",
        "mounts: [{path: a, root: /a}] | mounts[0]: 'a' is not a path that begins with a slash",
        "mounts: [{path: /a, root: /a, workers: 2}] | mounts[0]: unknown key 'workers'",
        "mounts: [{path: /a, root: /a}, {path: /a/, root: /b}] | mounts[1]: another mount has the same",
        "mounts: [{path: /a, root: /a, dotfiles: [on, off]}] | mounts[0].dotfiles: one value is allowed",
        "hot: off | 'hot' is now 'response-cache'",
        "mounts: [{path: /a, root: /a, hidden: on}] | mounts[0]: 'hidden' is now 'dotfiles'",
        "digests: asked | digests: 'asked' is now 'on-request'",
      })
  void errorsNameThePlaceInTheFile(String text, String message) throws Exception {
    Path file = yaml(text + "\n");
    SettingsException wrong =
        assertThrows(
            SettingsException.class, () -> ServerSettings.load(configured(file), Map.of()));
    String expected = file + ": " + message;
    assertTrue(String.valueOf(wrong.getMessage()).startsWith(expected), wrong.getMessage());
  }

  @Test
  void mountsInheritTheTopLevelPolicyExceptForTheirOwnSettings() throws Exception {
    Path file =
        yaml(
            "listing: on\ndotfiles: on\nmounts:\n"
                + "  - {host: A.example, root: /a, listing: off}\n"
                + "  - {path: /b, root: /b, index: []}\n");
    ServerSettings settings = ServerSettings.load(configured(file), Map.of());
    assertEquals(3, settings.mounts().size());
    assertTrue(settings.mounts().get(0).policy().listing());
    assertFalse(settings.mounts().get(1).policy().listing());
    assertTrue(settings.mounts().get(1).policy().dotfiles());
    assertEquals("a.example", settings.mounts().get(1).host());
    assertEquals(List.of(), settings.mounts().get(2).policy().index());
    assertEquals(List.of("index.html"), settings.mounts().get(1).policy().index());
  }

  /** Helm, and others that read YAML 1.1, write an unquoted off as false. */
  @Test
  void falseIsOffWhereverOffIsAllowed() throws Exception {
    int checked = 0;
    for (Key<?> key : ServerSettings.KEYS) {
      if (List.of(key.form().split("[|.,]")).contains("off")) {
        Object off = ServerSettings.load(configured(yaml(key + ": off\n")), Map.of()).get(key);
        Object same = ServerSettings.load(configured(yaml(key + ": false\n")), Map.of()).get(key);
        assertEquals(off, same, key.name());
        checked++;
      }
    }
    assertTrue(checked > 25, checked + " settings");
  }
}
