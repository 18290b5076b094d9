package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Listening on Unix sockets. */
class UnixSocketTest {
  private static final byte[] LARGE = new byte[10_000_000];

  @TempDir Path directory;
  private Path root;
  private Path socket;

  @BeforeEach
  void makeFiles() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    socket = directory.resolve("http.sock");
    new SplittableRandom(1).nextBytes(LARGE);
    Files.writeString(root.resolve("f"), "content");
    Files.write(root.resolve("large"), LARGE);
    Settled.await(root);
  }

  private ServerSettings settings(String... more) throws Exception {
    Map<String, List<String>> flags = new HashMap<>();
    flags.put("root", List.of(root.toString()));
    flags.put("listen", List.of("unix:" + socket));
    flags.put("management", List.of("off"));
    flags.put("transport", List.of("uring"));
    flags.put("lame-duck", List.of("0s"));
    for (String flag : more) {
      flags.put(
          flag.substring(0, flag.indexOf('=')), List.of(flag.substring(flag.indexOf('=') + 1)));
    }
    return ServerSettings.load(new SettingsLoader.Flags(flags, null), Map.of());
  }

  private byte[] exchange(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(100_000);
      while (channel.read(buffer) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
      return all.toByteArray();
    }
  }

  private byte[] get(String target, String... fields) throws IOException {
    String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
    return exchange(
        "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + more + "\r\n");
  }

  private static String text(byte[] response) {
    return new String(response, StandardCharsets.ISO_8859_1);
  }

  private static byte[] body(byte[] response) {
    return Arrays.copyOfRange(response, text(response).indexOf("\r\n\r\n") + 4, response.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"loops=1", "loops=2", "zero-copy=on", "metrics=off"})
  void smallAndLargeFilesAreServed(String setting) throws Exception {
    try (FileServer server = FileServer.start(settings(setting))) {
      assertTrue(server.greeting().contains(" at http+unix:" + socket + " over "));
      for (int i = 0; i < 10; i++) {
        assertEquals("content", text(body(get("/f"))));
        assertArrayEquals(LARGE, body(get("/large")));
      }
      assertEquals(List.of(), server.addresses());
    }
    assertFalse(Files.exists(socket), "the server has deleted its file");
  }

  /** The client of such a connection has no address. */
  @Test
  void limitsAndLogsDoWithoutAnAddress() throws Exception {
    Path log = directory.resolve("access.log");
    ServerSettings settings =
        settings("max-request-rate=1000/s", "max-connections-per-client=1", "access-log=" + log);
    try (FileServer server = FileServer.start(settings)) {
      for (int i = 0; i < 20; i++) {
        assertEquals("content", text(body(get("/f", "X-Forwarded-For: 192.0.2.1"))));
      }
      assertTrue(server.works(Duration.ofSeconds(10)));
    }
    List<String> lines = Files.readAllLines(log);
    assertEquals(20, lines.size());
    assertTrue(lines.getFirst().startsWith("- "), lines.getFirst());
  }

  @Test
  void aProxyBehindTheSocketMayNameTheClient() throws Exception {
    Path log = directory.resolve("access.log");
    try (FileServer server =
        FileServer.start(settings("trusted-proxies=unix:", "access-log=" + log))) {
      assertEquals("content", text(body(get("/f", "X-Forwarded-For: 192.0.2.1"))));
      assertTrue(server.works(Duration.ofSeconds(10)));
    }
    assertTrue(Files.readString(log).startsWith("192.0.2.1 "), Files.readString(log));
    try (FileServer server =
        FileServer.start(
            settings("trusted-proxies=unix:", "proxy-protocol=on", "access-log=" + log))) {
      String request = "GET /f HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
      byte[] response = exchange("PROXY TCP4 192.0.2.9 192.0.2.2 4711 80\r\n" + request);
      assertEquals("content", text(body(response)));
      assertTrue(server.works(Duration.ofSeconds(10)));
    }
    assertTrue(Files.readAllLines(log).getLast().startsWith("192.0.2.9 "));
  }

  @Test
  void theFileHasItsModeAndOwner() throws Exception {
    try (FileServer server = FileServer.start(settings())) {
      assertEquals("rw-rw----", mode());
      assertTrue(server.works(Duration.ofSeconds(10)));
    }
    try (FileServer server =
        FileServer.start(settings("socket-mode=0607", "socket-owner=:daemon"))) {
      assertEquals("rw----rwx", mode());
      assertEquals("daemon", Files.getAttribute(socket, "unix:group").toString());
      assertTrue(server.works(Duration.ofSeconds(10)));
    }
    StartException unknown =
        assertThrows(
            StartException.class, () -> FileServer.start(settings("socket-owner=no-such-user")));
    assertTrue(
        unknown.getMessage().endsWith("socket-owner: there is no user or group 'no-such-user'"),
        unknown.getMessage());
    assertFalse(Files.exists(socket));
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(socket));
  }

  @Test
  void theFileOfAServerThatRunsIsNotReplaced() throws Exception {
    try (FileServer server = FileServer.start(settings())) {
      StartException inUse = assertThrows(StartException.class, () -> FileServer.start(settings()));
      assertEquals("listen: unix:" + socket + ": the address is in use", inUse.getMessage());
      assertEquals("content", text(body(get("/f"))));
      assertTrue(server.works(Duration.ofSeconds(10)));
    }
  }

  @Test
  void theFileOfAServerThatWasKilledIsReplaced() throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("python3", "-c"));
    command.add(
        "import socket, sys; one = socket.socket(socket.AF_UNIX); one.bind(sys.argv[1]); one.listen()");
    command.add(socket.toString());
    assertEquals(0, Programs.run(command, Map.of()).exitCode());
    assertTrue(Files.exists(socket));
    try (FileServer server = FileServer.start(settings())) {
      assertEquals("content", text(body(get("/f"))));
      Files.delete(socket);
      Files.writeString(socket, "of another"); // which the server must not delete
      assertTrue(server.works(Duration.ofSeconds(10)));
    }
    StartException taken = assertThrows(StartException.class, () -> FileServer.start(settings()));
    assertTrue(taken.getMessage().endsWith("a file that is no socket has this name"));
    assertEquals("of another", Files.readString(socket));
  }

  @Test
  void whatCannotBeIsRefused() throws Exception {
    StartException missing =
        assertThrows(
            StartException.class,
            () -> FileServer.start(settings("listen=unix:" + directory + "/missing/s")));
    assertTrue(missing.getMessage().contains("ENOENT"), missing.getMessage());
    StartException tooLong =
        assertThrows(
            StartException.class,
            () -> FileServer.start(settings("listen=unix:/tmp/" + "x".repeat(120))));
    assertTrue(tooLong.getMessage().contains("ENAMETOOLONG"), tooLong.getMessage());
    StartException nio =
        assertThrows(StartException.class, () -> FileServer.start(settings("transport=nio")));
    assertTrue(nio.getMessage().contains("needs io_uring"), nio.getMessage());
    assertFalse(Files.exists(socket));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen=unix:|'unix:' is not unix: and the absolute path of a file",
        "listen=unix:relative|is not unix: and the absolute path of a file",
        "listen=unix:/tmp/|is not unix: and the absolute path of a file",
        "listen=systemd:|'systemd:' is not systemd: and the name of a socket",
        "listen=systemd:a:b|is not systemd: and the name of a socket",
        "listen=nowhere|is not HOST:PORT, as in",
        "socket-mode=rw|'rw' is not an octal mode, as in 0660",
        "socket-mode=7777|is not an octal mode",
        "socket-owner=a:b:c|is not USER, USER:GROUP or :GROUP",
      })
  void wrongSettingsAreRefused(String setting, String message) {
    SettingsException wrong = assertThrows(SettingsException.class, () -> settings(setting));
    assertTrue(wrong.getMessage().contains(message), wrong.getMessage());
  }

  @Test
  void oneAddressIsNotForBothProtocols() {
    SettingsException twice =
        assertThrows(
            SettingsException.class,
            () -> settings("tls-listen=unix:" + socket, "tls-self-signed=on"));
    assertTrue(twice.getMessage().contains("is for plain HTTP already"), twice.getMessage());
  }
}
