package dev.millrace.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.transport.TransportChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates of a running server: selected, replaced under load, and those of clients. */
class CertificatesTest {
  @TempDir Path root;
  @TempDir Path work;

  @BeforeEach
  void makeFile() throws Exception {
    Files.writeString(root.resolve("f"), "content");
  }

  private static void run(String script) throws Exception {
    Programs.Result result = Programs.run("bash", "-euc", script);
    assertEquals(0, result.exitCode(), result.toString());
  }

  /** Makes a self-signed certificate, as DIRECTORY/tls.crt and DIRECTORY/tls.key. */
  private static Path pair(Path directory, String name, String algorithm) throws Exception {
    Files.createDirectories(directory);
    run(
        "openssl req -x509 -nodes -days 2 -newkey "
            + algorithm
            + " -subj /CN="
            + name
            + " -addext subjectAltName=DNS:"
            + name
            + " -keyout "
            + directory.resolve("tls.key")
            + " -out "
            + directory.resolve("tls.crt")
            + " 2> /dev/null");
    return directory;
  }

  private static Path ecPair(Path directory, String name) throws Exception {
    return pair(directory, name, "ec -pkeyopt ec_paramgen_curve:P-256");
  }

  private static String yaml(Path... directories) {
    StringBuilder yaml = new StringBuilder("tls-listen: 127.0.0.1:0\ncertificates:\n");
    for (Path each : directories) {
      yaml.append("  - {cert: %s/tls.crt, key: %s/tls.key}\n".formatted(each, each));
    }
    return yaml.toString();
  }

  /** The subject and the key's type that a client gets. */
  private static String presented(RunningServer server, String options) throws Exception {
    return Programs.run(
            "bash",
            "-c",
            "openssl s_client -connect 127.0.0.1:"
                + server.rawTlsAddress().getPort()
                + " "
                + options
                + " < /dev/null 2> /dev/null | openssl x509 -noout -subject -text | grep -E"
                + " '^subject|Public Key Algorithm'")
        .out()
        .replaceAll("\\s+", " ");
  }

  @Test
  void theClientsNameAndAlgorithmsSelectTheCertificate() throws Exception {
    Path first = ecPair(work.resolve("first"), "first.test");
    Path ec = ecPair(work.resolve("ec"), "both.test");
    Path rsa = pair(work.resolve("rsa"), "both.test", "rsa:2048");
    try (RunningServer server =
        RunningServer.start(root, TransportChoice.URING, yaml(first, rsa, ec))) {
      String both = presented(server, "-servername both.test");
      assertTrue(both.contains("CN = both.test") && both.contains("id-ecPublicKey"), both);
      for (String onlyRsa :
          List.of("-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256", "-sigalgs rsa_pss_rsae_sha256")) {
        String chosen = presented(server, "-servername both.test " + onlyRsa);
        assertTrue(chosen.contains("CN = both.test") && chosen.contains("rsaEncryption"), chosen);
      }
      for (String other : List.of("-servername unknown.test", "-noservername")) {
        assertTrue(presented(server, other).contains("CN = first.test"), other);
      }
      Path session = work.resolve("session");
      for (String name : List.of("both.test", "first.test")) {
        String command =
            "printf 'GET /f HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n' | openssl"
                + " s_client -ign_eof -connect 127.0.0.1:"
                + server.rawTlsAddress().getPort()
                + " -servername "
                + name;
        var _ = Programs.run("bash", "-c", command + " -sess_out " + session);
        Programs.Result again = Programs.run("bash", "-c", command + " -sess_in " + session);
        assertTrue(again.out().contains("Reused, TLSv1.3"), name + ": " + again.out());
      }
    }
  }

  /** Kubernetes swaps a link to a directory; an operator overwrites files and sends SIGHUP. */
  @ParameterizedTest
  @ValueSource(strings = {"link", "signal"})
  void replacedCertificatesAreUsedWithoutAFailedRequest(String way) throws Exception {
    Path old = ecPair(work.resolve("old"), "old.test");
    Path fresh = ecPair(work.resolve("fresh"), "fresh.test");
    Path link = Files.createSymbolicLink(work.resolve("data"), old);
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING, yaml(link));
        Load load = new Load(server)) {
      load.awaitMore(20);
      if (way.equals("link")) {
        run("ln -s " + fresh + " " + work + "/next && mv -T " + work + "/next " + link);
      } else {
        run("cp " + fresh + "/* " + old);
        server.reload();
      }
      var _ = Await.until(() -> presented(server, ""), text -> text.contains("fresh.test"));
      server.await("millrace_tls_certificate_reloads_total", 1);
      load.awaitMore(20);
      run(
          "head -c 100 "
              + old
              + "/tls.key > "
              + work
              + "/cut; cp "
              + work
              + "/cut "
              + fresh
              + "/tls.key; cp "
              + work
              + "/cut "
              + old
              + "/tls.key");
      server.reload();
      server.await("millrace_tls_certificate_reload_failures_total", 1);
      load.awaitMore(20);
      assertTrue(presented(server, "").contains("fresh.test"), "a bad pair keeps the old one");
    }
  }

  /** Clients that open a connection for each request, and one that keeps its connection. */
  private static final class Load implements AutoCloseable {
    private final List<Thread> clients = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger requests = new AtomicInteger();

    Load(RunningServer server) {
      String url = "https://127.0.0.1:" + server.rawTlsAddress().getPort() + "/f";
      for (int i = 0; i < 3; i++) {
        int count = i == 0 ? 50 : 1;
        clients.add(Thread.ofPlatform().start(() -> run(url, count)));
      }
    }

    private void run(String url, int perConnection) {
      try {
        while (!ended.get()) {
          List<String> command = new ArrayList<>(List.of("curl", "-sSkf"));
          command.addAll(java.util.Collections.nCopies(perConnection, url));
          Programs.Result result = Programs.run(command.toArray(String[]::new));
          if (!result.out().equals("content".repeat(perConnection))) {
            synchronized (failures) {
              failures.add(result.toString());
            }
          }
          requests.addAndGet(perConnection);
        }
      } catch (Exception | AssertionError failed) {
        synchronized (failures) {
          failures.add(failed.toString());
        }
      }
    }

    void awaitMore(int count) throws Exception {
      int before = requests.get();
      Await.until(() -> requests.get() > before + count);
    }

    @Override
    public void close() {
      ended.set(true);
      for (Thread client : clients) {
        while (client.isAlive()) {
          LockSupport.parkNanos(1_000_000);
        }
      }
      assertEquals(List.of(), failures);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"optional", "required"})
  void clientsIdentifyThemselvesWithCertificates(String mode) throws Exception {
    run(
        """
        cd %s
        new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr -subj "$2"; }
        openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout ca.key -out ca.crt -subj /CN=authority
        openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout mallory.key -out mallory.crt -subj /CN=alice
        for name in alice bob; do
          new $name "/O=Example/CN=$name"
          openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out $name.crt
        done 2> /dev/null
        """
            .formatted(work));
    Files.createDirectories(root.resolve("private"));
    Files.writeString(root.resolve("private/p"), "secret");
    Path log = work.resolve("access.log");
    String yaml =
        yaml(ecPair(work.resolve("pair"), "localhost"))
            + "tls-client-auth: "
            + mode
            + "\ntls-client-ca: "
            + work.resolve("ca.crt")
            + "\nauth: [{path: /private/, certificate: [alice, \"CN=carol,O=Example\"]}]\n"
            + "access-log-format: json\naccess-log: "
            + log
            + "\ndigests: off\n"; // a digest would evict the response from the cache
    try (RunningServer server = RunningServer.start(root, TransportChoice.URING, yaml)) {
      for (int i = 0; i < 3; i++) { // what alice gets must not be cached
        assertEquals("200 secret", fetch(server, "/private/p", "alice"));
        assertEquals("403", fetch(server, "/private/p", "bob").substring(0, 3));
      }
      assertEquals("200 content", fetch(server, "/f", "bob"));
      boolean optional = mode.equals("optional");
      assertEquals(optional ? "200 content" : "000 ", fetch(server, "/f", null));
      assertEquals(optional ? "403" : "000", fetch(server, "/private/p", null).substring(0, 3));
      assertEquals("000 ", fetch(server, "/f", "mallory"), "of no trusted authority");
      String entries = Await.until(() -> Files.readString(log), text -> text.lines().count() >= 3);
      assertTrue(entries.contains("\"client_subject\":\"CN=alice,O=Example\""), entries);
      assertTrue(entries.contains("\"user\":\"alice\""), entries);
      assertFalse(entries.contains("mallory"), entries);
    }
  }

  /** A page without a warning is what people see as a padlock. */
  @Test
  void aBrowserThatTrustsTheAuthorityShowsThePage() throws Exception {
    StringBuilder page = new StringBuilder("<title>shown</title>");
    for (int i = 0; i < 200; i++) {
      page.append("<img src=i").append(i).append(".svg>");
      Files.writeString(
          root.resolve("i" + i + ".svg"),
          "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='9'/>".formatted(i + 1));
    }
    Files.writeString(root.resolve("page.html"), page);
    Path home = Files.createDirectories(work.resolve("home/.pki/nssdb")).getParent().getParent();
    Path stranger = Files.createDirectories(work.resolve("stranger"));
    run(
        """
        cd %s && mkdir pair
        openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout ca.key -out ca.crt -subj /CN=authority
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pair/tls.key -out leaf.csr -subj /CN=localhost
        printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n' > extensions
        openssl x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out leaf.crt
        cat leaf.crt ca.crt > pair/tls.crt
        certutil -d sql:home/.pki/nssdb -N --empty-password
        certutil -d sql:home/.pki/nssdb -A -t C,, -n authority -i ca.crt
        """
            .formatted(work));
    try (RunningServer server =
        RunningServer.start(root, TransportChoice.URING, yaml(work.resolve("pair")))) {
      String url = "https://localhost:" + server.rawTlsAddress().getPort() + "/page.html";
      try (Browser browser = new Browser(false, home)) {
        browser.open(url);
        assertEquals("\"shown\"", browser.evaluate("document.title"));
        assertEquals("\"https:\"", browser.evaluate("location.protocol"));
        assertEquals(
            "200", browser.evaluate("[...document.images].filter(i => i.width > 0).length"));
        assertEquals(
            "200",
            browser.evaluate(
                "performance.getEntriesByType('resource').filter(r => r.initiatorType == 'img' && r.nextHopProtocol == 'h2').length"));
      }
      try (Browser browser = new Browser(false, stranger)) {
        browser.open(url);
        assertEquals("\"Privacy error\"", browser.evaluate("document.title"));
      }
    }
  }

  /** The status and the body, 000 if the handshake fails. */
  private String fetch(RunningServer server, String path, String name) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("curl", "-sk", "-w", "\n%{http_code}", "--max-time", "50"));
    if (name != null) {
      command.addAll(
          List.of("--cert", work + "/" + name + ".crt", "--key", work + "/" + name + ".key"));
    }
    command.add("https://127.0.0.1:" + server.rawTlsAddress().getPort() + path);
    String out = Programs.run(command.toArray(String[]::new)).out();
    int line = out.lastIndexOf('\n');
    return out.substring(line + 1) + " " + out.substring(0, line);
  }
}
