package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.digest.Algorithm;
import dev.millrace.server.Answered;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checksum files that clients upload beside a file. */
class UploadedChecksumsTest {
  private static final String RULE =
      "write: [{path: /in, allow: [create, replace], anyone: on}]\nupload-parents: on\n";

  @TempDir Path root;
  @TempDir Path elsewhere;

  private static Answered put(RunningServer server, String target, String body) throws Exception {
    return Answered.raw(
        server.address(),
        "PUT "
            + target
            + " HTTP/1.1\r\nHost: test\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }

  private static String hex(Algorithm algorithm, String text) {
    return HexFormat.of()
        .formatHex(algorithm.start().digest(text.getBytes(StandardCharsets.US_ASCII)));
  }

  @ParameterizedTest
  @EnumSource
  void aChecksumIsComparedWithTheFileBesideIt(Via via) throws Exception {
    Files.createDirectory(root.resolve("in"));
    try (RunningServer server = RunningServer.start(root, via, RULE)) {
      assertEquals(201, put(server, "/in/f.jar", "content").status());
      for (Algorithm algorithm : Algorithm.values()) {
        String target = "/in/f.jar." + algorithm.suffix();
        assertEquals(204, put(server, target, hex(algorithm, "content") + "\n").status());
        assertEquals(204, put(server, target, hex(algorithm, "content") + "  f.jar").status());
        Answered wrong = put(server, target, hex(algorithm, "other"));
        assertEquals(409, wrong.status());
        assertTrue(wrong.text().contains(hex(algorithm, "content")), wrong.text());
        assertEquals(400, put(server, target, "no digest").status());
        assertEquals(400, put(server, target, "").status());
        assertFalse(Files.exists(root.resolve("in/f.jar." + algorithm.suffix())));
        assertTrue(Answered.get(server, 200, target).text().startsWith(hex(algorithm, "content")));
      }
      if (!via.isHttp2()) { // as curl -T does
        try (RawClient client = new RawClient(server.address())) {
          client.send(
              "PUT /in/f.jar.sha1 HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                  + "Content-Length: 40\r\n\r\n");
          assertEquals(100, client.head().status());
          client.send(hex(Algorithm.SHA_1, "content"));
          assertEquals(204, client.head().status());
        }
      }
      assertEquals(201, put(server, "/in/none.sha1", "stored, as there is no such file").status());
      assertTrue(Files.exists(root.resolve("in/none.sha1")));
      server.await("millrace_uploads_active", 0);
      server.await("millrace_writes_total{outcome=\"verified\"}", via.isHttp2() ? 8 : 9);
      server.await("millrace_writes_total{outcome=\"mismatch\"}", 4);
    }
    String stored = RULE + "checksum-files: off\n";
    try (RunningServer server = RunningServer.start(root, via, stored)) {
      assertEquals(201, put(server, "/in/f.jar.sha1", "any").status());
      assertEquals("any", Files.readString(root.resolve("in/f.jar.sha1")));
    }
  }

  /** A client that disconnects while a digest is computed for it gives its buffers back once. */
  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void anAbandonedComparisonDisturbsNoOtherUpload(Via via) throws Exception {
    Files.createDirectory(root.resolve("in"));
    try (RandomAccessFile file = new RandomAccessFile(root.resolve("in/sparse").toFile(), "rw")) {
      file.setLength(2_000_000_000);
    }
    try (RunningServer server = RunningServer.start(root, via, RULE)) {
      try (RawClient client = new RawClient(server.address())) {
        client.send("PUT /in/sparse.sha1 HTTP/1.1\r\nHost: test\r\nContent-Length: 40\r\n\r\n");
        client.send("0".repeat(40));
        server.await("millrace_digest_queue_depth", 1);
      }
      server.await("millrace_uploads_active", 0);
      server.await("millrace_digest_computed_total", 1);
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        RawClient client = new RawClient(server.address());
        clients.add(client);
        client.send("PUT /in/f" + i + " HTTP/1.1\r\nHost: test\r\nContent-Length: 60000\r\n\r\n");
        client.send(("" + i).repeat(50_000));
      }
      for (int i = 0; i < 4; i++) {
        clients.get(i).send(("" + i).repeat(10_000));
        assertEquals(201, clients.get(i).head().status());
        clients.get(i).close();
        assertEquals(("" + i).repeat(60_000), Files.readString(root.resolve("in/f" + i)));
      }
    }
  }

  private static Answered deploy(RunningServer server, String target, String... fields)
      throws Exception {
    return Answered.raw(
        server.address(),
        "PUT "
            + target
            + " HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\nX-Checksum-Deploy: true\r\n"
            + String.join("\r\n", fields)
            + "\r\n\r\n");
  }

  /** X-Checksum-Deploy of Artifactory: only what the rule's directory has is copied. */
  @Test
  void aFileIsStoredByItsDigestIfTheIndexKnowsIt() throws Exception {
    Files.createDirectories(root.resolve("in/dir"));
    Path state = Files.createDirectories(elsewhere.resolve("state"));
    try (RunningServer server =
        RunningServer.start(root, Via.URING, RULE + "state: " + state + "\n")) {
      assertEquals(201, put(server, "/in/f", "content").status());
      String sum = "X-Checksum-Sha256: " + hex(Algorithm.SHA_256, "content");
      Answered copied = deploy(server, "/in/dir/g", sum);
      assertEquals(201, copied.status(), copied.text());
      assertEquals("content", Files.readString(root.resolve("in/dir/g")));
      assertEquals(Answered.get(server, 200, "/in/f").field("etag"), copied.field("etag"));
      assertEquals(204, deploy(server, "/in/dir/g", sum).status());
      Files.delete(root.resolve("in/f"));
      assertEquals(201, deploy(server, "/in/h", sum).status(), "from the copy");
      String wrong = "X-Checksum-Md5: " + "0".repeat(32);
      Answered other = deploy(server, "/in/i", "X-Checksum-Sha256: " + "0".repeat(64));
      assertEquals(404, other.status(), other.text());
      assertEquals(400, deploy(server, "/in/i", wrong).status());
      assertEquals(412, deploy(server, "/in/h", sum, "If-None-Match: *").status());
      Files.writeString(root.resolve("secret"), "secret");
      Answered.get(server, 200, "/secret", "Want-Repr-Digest: sha-256=1");
      String secret = "X-Checksum-Sha256: " + hex(Algorithm.SHA_256, "secret");
      assertEquals(404, deploy(server, "/in/i", secret).status(), "outside of the rule");
      Files.writeString(root.resolve("in/h"), "changed");
      Files.writeString(root.resolve("in/dir/g"), "changed");
      assertEquals(404, deploy(server, "/in/i", sum).status(), "no file has it now");
    }
  }

  /** mvn deploy uploads files, then their checksums; -C fails on a missing or wrong one. */
  @Test
  void mavenDeploysAndResolvesWithChecksums() throws Exception {
    Files.createDirectory(root.resolve("in"));
    Path jar = elsewhere.resolve("served.jar");
    Programs.Result zip =
        Programs.run(
            "python3",
            "-c",
            "import zipfile; zipfile.ZipFile('" + jar + "', 'w').writestr('content', 'x')");
    assertEquals(0, zip.exitCode(), zip.err());
    String log = elsewhere.resolve("access.log").toString();
    String yaml = RULE + "access-log: " + log + "\naccess-log-format: json\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      Path local =
          Path.of(System.getProperty("user.home"), ".m2/repository/dev/millrace/probe/deployed");
      Programs.run("rm", "-rf", local.toString());
      maven(
          "org.apache.maven.plugins:maven-deploy-plugin:3.1.4:deploy-file",
          "-Durl=" + server.url() + "/in",
          "-DrepositoryId=served",
          "-Dfile=" + jar,
          "-DgroupId=dev.millrace.probe",
          "-DartifactId=deployed",
          "-Dversion=1.0",
          "-Dpackaging=jar");
      Path stored = root.resolve("in/dev/millrace/probe/deployed/1.0/deployed-1.0.jar");
      assertEquals(-1, Files.mismatch(jar, stored));
      assertFalse(Files.exists(stored.resolveSibling("deployed-1.0.jar.sha1")));
      maven(
          "-C",
          "org.apache.maven.plugins:maven-dependency-plugin:" + dependencyPlugin() + ":get",
          "-Dartifact=dev.millrace.probe:deployed:1.0",
          "-Dtransitive=false",
          "-DremoteRepositories=served::default::" + server.url() + "/in");
      assertEquals(-1, Files.mismatch(jar, local.resolve("1.0/deployed-1.0.jar")));
      Programs.run("rm", "-rf", local.toString());
    }
    assertTrue(Files.readString(Path.of(log)).contains("\"stored\":\"sha-256=:"));
  }

  /** The version that the build uses, which is already in the local repository. */
  private static String dependencyPlugin() throws Exception {
    String pom = Files.readString(Path.of("..", "pom.xml"));
    String after = pom.substring(pom.indexOf("<artifactId>maven-dependency-plugin</artifactId>"));
    return after.substring(after.indexOf("<version>") + 9, after.indexOf("</version>"));
  }

  private static void maven(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("mvn", "-B", "-q"));
    command.addAll(List.of(arguments));
    Programs.Result result = Programs.run(command, Map.of());
    assertEquals(0, result.exitCode(), result.out() + result.err());
  }
}
