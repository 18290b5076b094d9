package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsLoader;
import dev.millrace.server.Await;
import dev.millrace.server.Programs;
import dev.millrace.server.RunningServer;
import dev.millrace.server.ServerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole server obtains its certificate from Pebble, which validates it at its own ports. */
class AcmeServerTest {
  private static final String NAME = "www.example.test";
  private static final long LIFE_SECONDS = 86_400;

  @TempDir Path root;
  @TempDir Path work;

  private RunningServer start(Pebble pebble, int http, int tls, String transport, String challenge)
      throws Exception {
    Map<String, List<String>> flags = new HashMap<>();
    flags.put("root", List.of(root.toString()));
    flags.put("listen", List.of("127.0.0.1:" + http));
    flags.put("tls-listen", List.of("127.0.0.1:" + tls));
    flags.put("management", List.of("127.0.0.1:0"));
    flags.put("transport", List.of(transport));
    flags.put("lame-duck", List.of("0s"));
    flags.put("redirect-http", List.of("on"));
    flags.put("state", List.of(work.resolve("state").toString()));
    flags.put("acme", List.of(NAME));
    flags.put("acme-directory", List.of(pebble.directory().toString()));
    flags.put("acme-ca", List.of(pebble.certificate().toString()));
    flags.put("acme-agree-tos", List.of("on"));
    flags.put("acme-challenge", List.of(challenge));
    return RunningServer.start(
        ServerSettings.load(new SettingsLoader.Flags(flags, null), Map.of()));
  }

  private static String issuer(int port) throws Exception {
    return Programs.run(
            "bash",
            "-c",
            "openssl s_client -connect 127.0.0.1:"
                + port
                + " -servername "
                + NAME
                + " < /dev/null 2> /dev/null | openssl x509 -noout -issuer -subject -ext subjectAltName")
        .out();
  }

  @ParameterizedTest
  @CsvSource({"uring,tls-alpn-01", "uring,http-01", "nio,tls-alpn-01"})
  void theServerIsItsOwnResponder(String transport, String challenge) throws Exception {
    Files.writeString(root.resolve("f"), "content");
    Path folder = Files.createDirectory(work.resolve("pebble"));
    int http = Pebble.freePort();
    int tls = Pebble.freePort();
    try (Pebble pebble = new Pebble(folder, http, tls, LIFE_SECONDS)) {
      try (RunningServer server = start(pebble, http, tls, transport, challenge)) {
        String issued = Await.until(() -> issuer(tls), text -> text.contains("Pebble"));
        assertTrue(issued.contains("DNS:" + NAME), issued);
        server.await("millrace_acme_certificates_issued_total", 1);
        Programs.Result moved =
            Programs.run(
                "curl",
                "-sS",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{redirect_url}",
                "http://127.0.0.1:" + http + "/f");
        assertEquals("308 https://127.0.0.1:" + tls + "/f", moved.out());
      }
      pebble.stop();
      try (RunningServer again = start(pebble, http, tls, transport, challenge)) {
        assertTrue(issuer(tls).contains("Pebble"), "loaded from the state directory");
        assertEquals("0.0", again.metric("millrace_acme_certificates_issued_total"));
      }
    }
  }
}
