package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsLoader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which addresses and families a listening server accepts connections on. */
abstract class AddressesContract {
  @TempDir Path root;

  abstract Via transport();

  @BeforeEach
  void makeFile() throws Exception {
    Files.writeString(root.resolve("f"), "x");
  }

  private FileServer startManaged(String management, String... listen) throws Exception {
    Map<String, List<String>> flags =
        Map.of(
            "root", List.of(root.toString()),
            "listen", List.of(listen),
            "management", List.of(management),
            "transport", List.of(transport().setting()),
            "drain", List.of("1s"));
    return FileServer.start(ServerSettings.load(new SettingsLoader.Flags(flags, null), Map.of()));
  }

  private FileServer start(String... listen) throws Exception {
    return startManaged("127.0.0.1:0", listen);
  }

  /** A port that is free in both families. */
  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static boolean isServed(String host, int port, String path) throws Exception {
    try (RawClient client = new RawClient(new InetSocketAddress(host, port))) {
      client.get(path);
      return client.head().status() == 200;
    } catch (IOException refused) {
      return false;
    }
  }

  private static void assertServed(boolean expected, String host, int port) throws Exception {
    assertEquals(expected, isServed(host, port, "/f"), host);
  }

  @Test
  void urlsHaveIpv6AddressesInBrackets() {
    assertEquals("http://[::1]:8080", Greeting.url("http", new InetSocketAddress("::1", 8080)));
  }

  @Test
  void bothWildcardsOfOnePortServeBothFamilies() throws Exception {
    int port = freePort();
    try (FileServer server = start("0.0.0.0:" + port, "[::]:" + port)) {
      assertServed(true, "127.0.0.1", port);
      assertServed(true, "::1", port);
      assertTrue(
          server.greeting().contains("http://0.0.0.0:" + port + ", http://[::]:" + port),
          server.greeting());
    }
  }

  @Test
  void theIpv4WildcardServesOnlyIpv4() throws Exception {
    try (FileServer server = start("0.0.0.0:0")) {
      int port = server.addresses().getFirst().getPort();
      assertServed(true, "127.0.0.1", port);
      assertServed(false, "::1", port);
    }
  }

  @Test
  void theIpv6WildcardServesOnlyIpv6() throws Exception {
    try (FileServer server = start("[::]:0")) {
      int port = server.addresses().getFirst().getPort();
      assertServed(true, "::1", port);
      assertServed(false, "127.0.0.1", port);
    }
  }

  @Test
  void aWildcardAndAnAddressOfTheOtherFamilyShareAPort() throws Exception {
    int port = freePort();
    try (FileServer _ = start("127.0.0.1:" + port, "[::]:" + port)) {
      assertServed(true, "127.0.0.1", port);
      assertServed(true, "::1", port);
      assertServed(false, "127.0.0.2", port);
    }
    try (FileServer _ = start("[::1]:" + port, "0.0.0.0:" + port)) {
      assertServed(true, "127.0.0.2", port);
      assertServed(true, "::1", port);
    }
  }

  @Test
  void anAddressWithinAWildcardOfItsFamilyIsRefused() throws Exception {
    int port = freePort();
    for (String second : List.of("0.0.0.0:" + port, "127.0.0.1:" + port)) {
      StartException refused =
          assertThrows(StartException.class, () -> start("0.0.0.0:" + port, second).close());
      assertEquals("listen: " + second + ": the address is in use", refused.getMessage());
    }
  }

  @Test
  void theManagementPortServesOnlyTheFamilyOfItsWildcard() throws Exception {
    try (FileServer server = startManaged("0.0.0.0:0", "127.0.0.1:0")) {
      int port = server.managementAddress().getPort();
      assertTrue(isServed("127.0.0.1", port, "/healthz"));
      assertTrue(!isServed("::1", port, "/healthz"));
      assertTrue(server.greeting().contains("http://0.0.0.0:" + port), server.greeting());
    }
    try (FileServer server = startManaged("[::]:0", "127.0.0.1:0")) {
      int port = server.managementAddress().getPort();
      assertTrue(isServed("::1", port, "/healthz"));
      assertTrue(!isServed("127.0.0.1", port, "/healthz"));
    }
  }
}
