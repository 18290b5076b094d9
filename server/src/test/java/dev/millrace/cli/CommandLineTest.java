package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.Programs.Result;
import dev.millrace.server.Programs.Served;
import dev.millrace.server.RawClient;
import dev.millrace.server.TestTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The {@code millrace} command: error messages, exit codes and the effect of signals. */
class CommandLineTest {
  @TempDir Path root;

  private static Result millrace(Map<String, String> environment, String... arguments)
      throws Exception {
    return Programs.run(Programs.millrace(arguments), environment);
  }

  /** Expects one line of error output, exit code 2 and no stack trace. */
  private static void assertRefused(Result result, String message) {
    assertEquals("millrace: " + message + "\n", result.err());
    assertEquals("", result.out());
    assertEquals(2, result.exitCode());
  }

  private static void assertRefusedMentioning(Result result, String... parts) {
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().startsWith("millrace: "), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    for (String part : parts) {
      assertTrue(result.err().contains(part), part + " is missing: " + result.err());
    }
  }

  @Test
  void contradictoryOrUnusableHttpsSettingsAreRefused() throws Exception {
    String cert = TestTls.certificate().toString();
    assertRefused(
        millrace(Map.of(), "serve", "--tls-listen=127.0.0.1:0", root.toString()),
        "--tls-listen: requires a certificate: tls-cert and tls-key, acme, or tls-self-signed");
    assertRefused(
        millrace(Map.of(), "serve", "--tls-cert=" + cert, root.toString()),
        "a certificate requires tls-listen, the address of HTTPS");
    assertRefused(
        millrace(
            Map.of(),
            "serve",
            "--tls-listen=0.0.0.0:8080",
            "--tls-self-signed",
            "--listen=[::]:8080"),
        "--tls-listen: port 8080 is for plain HTTP already, see listen");
    assertRefused(
        millrace(Map.of(), "serve", root.toString(), "--redirect-http"),
        "--redirect-http: requires tls-listen with a fixed port, or the port of HTTPS as the value");
    assertRefused(
        millrace(Map.of(), "serve", root.toString(), "--hsts-subdomains"),
        "--hsts-subdomains: requires hsts");
    assertRefused(
        millrace(Map.of(), "serve", root.toString(), "--tls-client-auth=required"),
        "--tls-client-auth: requires tls-client-ca, the accepted authorities");
    assertRefused(
        millrace(Map.of(), "serve", root.toString(), "--tls-min-version=1.1"),
        "--tls-min-version: '1.1' is not one of 1.2, 1.3");
    assertRefusedMentioning(
        millrace(
            Map.of(),
            "serve",
            "--tls-listen=127.0.0.1:0",
            "--tls-cert=" + cert,
            "--tls-key=" + root + "/none",
            root.toString()),
        "tls-cert: " + root + "/none");
    assertRefusedMentioning(
        millrace(
            Map.of(),
            "serve",
            "--tls-listen=127.0.0.1:0",
            "--tls-self-signed",
            "--tls-client-auth=required",
            "--tls-client-ca=" + root + "/none",
            root.toString()),
        "tls-client-ca: " + root + "/none cannot be read");
  }

  @Test
  void aRootThatIsNotADirectoryIsRefused() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "x");
    assertRefused(
        millrace(Map.of(), "serve", root + "/none"), "root: " + root + "/none does not exist");
    assertRefused(
        millrace(Map.of(), "serve", file.toString()), "root: " + file + " is not a directory");
  }

  @Test
  void anUnreadableRootIsRefused() throws Exception {
    Path closed = Files.createDirectory(root.resolve("closed"));
    assertEquals(0, Programs.run("chmod", "000", closed.toString()).exitCode());
    List<String> command = new ArrayList<>(withoutOverride());
    command.addAll(Programs.millrace("serve", closed.toString()));
    assertRefused(Programs.run(command, Map.of()), "root: " + closed + " is not readable");
  }

  /** Root bypasses file permissions; without these capabilities the permissions apply. */
  private static List<String> withoutOverride() throws Exception {
    return Programs.run("id", "-u").out().strip().equals("0")
        ? List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search")
        : List.of();
  }

  @Test
  void anUnreadableFileGets403() throws Exception {
    Path closed = Files.writeString(root.resolve("closed"), "x");
    assertEquals(0, Programs.run("chmod", "000", closed.toString()).exitCode());
    for (String transport : List.of("uring", "nio")) {
      try (Served served =
              Served.start(withoutOverride(), "--transport", transport, root.toString());
          RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
        client.get("/closed");
        assertEquals(403, client.head().status(), transport);
      }
    }
  }

  @Test
  void anAddressInUseIsRefused() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      for (String transport : List.of("uring", "nio")) {
        assertRefused(
            millrace(
                Map.of(),
                "serve",
                root.toString(),
                "--listen=" + address,
                "--management=127.0.0.1:0",
                "--transport=" + transport),
            "listen: " + address + ": the address is in use");
      }
      assertRefused(
          millrace(
              Map.of(),
              "serve",
              root.toString(),
              "--listen=127.0.0.1:0",
              "--management=" + address),
          "management: " + address + ": the address is in use");
    }
  }

  @Test
  void theErrorForAMalformedAddressNamesItsSource() throws Exception {
    String allowed =
        " is not HOST:PORT, as in 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:80, or PORT, or :PORT";
    assertRefused(
        millrace(Map.of(), "serve", "--listen=nowhere"),
        "--listen: 'nowhere'" + allowed + ", or unix:/PATH, or systemd:NAME");
    assertRefused(
        millrace(Map.of("MILLRACE_MANAGEMENT", "127.0.0.1:70000"), "serve"),
        "MILLRACE_MANAGEMENT: '127.0.0.1:70000'" + allowed);
  }

  @Test
  void anUnknownKeyInTheFileIsRefused() throws Exception {
    Path file = Files.writeString(root.resolve("millrace.yaml"), "lisen: 127.0.0.1:80\n");
    assertRefused(
        millrace(Map.of(), "serve", "--config=" + file),
        file
            + ": unknown key 'lisen'; allowed: "
            + "access-log, access-log-format, acme, acme-agree-tos, acme-ca, acme-challenge, "
            + "acme-directory, acme-email, acme-http-01-folder, archive-max-entries, archive-max-size, archives, auth, cache, certificates, checksum-files, "
            + "checksum-headers, compress, compress-cache, compress-levels, compress-max-size, corrupt, cors, digest-queue, digests, dotfiles, drain, errors, "
            + "fallback, h2c, head-timeout, headers, hsts, hsts-subdomains, http2, idle-timeout, index, lame-duck, landlock, "
            + "listen, listing, listing-footer, listing-readme, listing-title, loops, management, management-token-file, max-connection-age, max-connections, "
            + "max-connections-per-client, max-fields, max-head, max-ranges, max-request-burst, "
            + "max-request-rate, max-requests-per-connection, max-send-rate, max-send-rate-per-client, "
            + "max-target, metrics, min-send-rate, mounts, open-files, pid-file, precompressed, proxy-protocol, redirect-http, redirects, "
            + "request-rules, response-cache, revalidate, rewrites, root, scrub, socket-mode, socket-owner, state, symlinks, tls-cert, "
            + "tls-client-auth, tls-client-ca, tls-handshake-timeout, tls-key, tls-listen, "
            + "tls-min-version, tls-password-file, tls-self-signed, transport, trusted-proxies, "
            + "types, upload-expiry, upload-max-size, upload-min-free, upload-min-rate, upload-mode, upload-parents, "
            + "upload-require-digest, upload-sync, upload-variants, uploads, uploads-per-client, uploads-unfinished, user, warm-up, watch-config, "
            + "webdav, workers, write, zero-copy");
  }

  @Test
  void unknownOrRenamedOptionsAndCommandsAreRefused() throws Exception {
    assertRefused(millrace(Map.of(), "serve", "--bogus"), "Unknown option: '--bogus'");
    assertRefused(millrace(Map.of(), "serve", "--hot=off"), "--hot is now --response-cache");
    assertRefused(
        millrace(Map.of("MILLRACE_SIDECARS", "on"), "serve"),
        "MILLRACE_SIDECARS is now MILLRACE_CHECKSUM_FILES");
    assertRefusedMentioning(millrace(Map.of(), "bogus"), "'bogus'");
  }

  @Test
  void versionAndHelpGoToStandardOutput() throws Exception {
    Result version = millrace(Map.of(), "--version");
    assertTrue(version.out().matches("millrace \\d+\\.\\d+\\.\\d+\\S*\n"), version.out());
    assertEquals(0, version.exitCode());
    Result help = millrace(Map.of(), "serve", "--help");
    assertEquals(0, help.exitCode());
    for (String option :
        List.of("--listen", "--management", "--transport", "--workers", "--drain", "--config")) {
      assertTrue(help.out().contains(option), option);
    }
  }

  @ParameterizedTest
  @CsvSource({"EPERM,seccomp", "ENOSYS,podman", "ENOMEM,ulimit -l"})
  void aFailedRingSetupNamesTheErrorAndTheFixAndAutoFallsBack(String errno, String cure)
      throws Exception {
    List<String> inject =
        List.of(
            "strace",
            "-f",
            "-o",
            root.resolve("trace").toString(),
            "-e",
            "trace=io_uring_setup",
            "-e",
            "inject=io_uring_setup:error=" + errno);
    List<String> hard = new ArrayList<>(inject);
    hard.addAll(
        Programs.millrace("serve", root.toString(), "--transport=uring", "--listen=127.0.0.1:0"));
    assertRefusedMentioning(
        Programs.run(hard, Map.of()), "transport: io_uring_setup: " + errno, cure);
    Files.writeString(root.resolve("f"), "x");
    try (Served served = Served.start(inject, root.toString());
        RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", served.port()))) {
      assertTrue(
          served.greeting().contains(" over NIO, because io_uring_setup: " + errno),
          served.greeting());
      assertTrue(served.greeting().contains(cure), served.greeting());
      assertEquals(1, served.greeting().lines().count(), served.greeting());
      client.get("/f");
      assertEquals(200, client.head().status());
    }
  }

  @Test
  void theErrorForAMissingLibraryNamesTheFix() throws Exception {
    String library =
        Programs.run("sh", "-c", "PATH=$PATH:/sbin ldconfig -p | sed -n 's/.*uring.so.2 .* => //p'")
            .out()
            .lines()
            .findFirst()
            .orElseThrow();
    boolean isRoot = Programs.run("id", "-u").out().strip().equals("0");
    List<String> command = new ArrayList<>(List.of("unshare", isRoot ? "-m" : "-rm", "sh", "-c"));
    command.add("mount --bind /dev/null " + library + " && exec \"$@\"");
    command.add("sh");
    command.addAll(Programs.millrace("serve", root.toString(), "--transport=uring"));
    assertRefused(
        Programs.run(command, Map.of()),
        "transport: liburing.so.2 is not installed; install it with: apt-get install liburing2");
  }

  @ParameterizedTest
  @CsvSource({"TERM,uring", "INT,uring", "TERM,nio"})
  void onASignalResponsesInProgressFinishAndTheExitCodeIs0(String signal, String transport)
      throws Exception {
    byte[] content = new byte[8 << 20];
    Files.write(root.resolve("large"), content);
    // A build that a shell starts in the background ignores SIGINT; child processes inherit that.
    List<String> defaults = List.of("env", "--default-signal=INT");
    try (Served served = Served.start(defaults, "--transport", transport, root.toString());
        RawClient client =
            new RawClient(new InetSocketAddress("127.0.0.1", served.port()), 8 << 10)) {
      client.get("/large");
      RawClient.Head head = client.head();
      String pid = String.valueOf(served.process().pid());
      assertEquals(0, Programs.run("kill", "-" + signal, pid).exitCode());
      assertEquals(content.length, client.body(head.contentLength()).length);
      assertTrue(served.process().waitFor(20, TimeUnit.SECONDS));
      assertEquals(0, served.process().exitValue());
      assertFalse(served.log().contains("Exception"), served.log());
    }
  }

  @Test
  void aStopWaitsNoLongerThanTheDrainTime() throws Exception {
    Files.write(root.resolve("large"), new byte[64 << 20]);
    try (Served served = Served.start(List.of(), "--drain=500ms", root.toString());
        RawClient client =
            new RawClient(new InetSocketAddress("127.0.0.1", served.port()), 8 << 10)) {
      client.get("/large");
      assertEquals(200, client.head().status()); // the client reads no further
      served.process().destroy();
      assertTrue(served.process().waitFor(10, TimeUnit.SECONDS));
      assertEquals(0, served.process().exitValue());
    }
  }
}
