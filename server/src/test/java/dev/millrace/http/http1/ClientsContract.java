package dev.millrace.http.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.TestTls;
import dev.millrace.server.Via;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Common download clients: curl, wget, aria2, apt, Maven and git. */
abstract class ClientsContract {
  @TempDir Path root;
  @TempDir Path elsewhere;
  private RunningServer server;

  abstract Via transport();

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(root, transport());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static void succeeds(String... command) throws Exception {
    Programs.Result result = Programs.run(command);
    assertEquals(
        0, result.exitCode(), String.join(" ", command) + "\n" + result.out() + result.err());
  }

  private void shell(String script) throws Exception {
    succeeds("bash", "-euc", "cd '" + root + "'\n" + script);
  }

  @Test
  void downloadersResumeALargeFile() throws Exception {
    Path original = root.resolve("image.iso");
    byte[] block = new byte[1 << 20];
    SplittableRandom random = new SplittableRandom(9);
    try (OutputStream out = Files.newOutputStream(original)) {
      for (int i = 0; i < 200; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    String url = server.url() + "/image.iso";
    String copy = elsewhere.resolve("image.iso").toString();
    String[] cut = {"bash", "-c", "head -c 123456789 '" + original + "' > '" + copy + "'"};
    String[] compare = {"cmp", original.toString(), copy};

    succeeds(cut);
    succeeds("curl", "-sSf", "-C", "-", "-o", copy, url);
    succeeds(compare);
    succeeds("curl", "-sS", "-C", "-", "-o", copy, url); // 416: the file is complete
    succeeds(compare);

    succeeds(cut);
    succeeds("wget", "-q", "-c", "-O", copy, url);
    succeeds(compare);

    Files.delete(Path.of(copy));
    succeeds(
        "aria2c",
        "-q",
        "-x8",
        "-s8",
        "-k1M",
        "--file-allocation=none",
        "--ca-certificate=" + TestTls.certificate(),
        "-d",
        elsewhere.toString(),
        url);
    succeeds(compare);
  }

  @Test
  void aptDownloadsFromAServedRepository() throws Exception {
    shell(
        """
        mkdir -p build/DEBIAN build/usr/share/doc/millrace-test repo
        printf 'Package: millrace-test\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: T <t@example.org>\\nDescription: x\\n' > build/DEBIAN/control
        echo hello > build/usr/share/doc/millrace-test/hello
        dpkg-deb --build build repo/millrace-test_1.0_all.deb
        cd repo && apt-ftparchive packages . > Packages && gzip -k Packages
        apt-ftparchive release . > Release
        """);
    Path state =
        Files.createDirectories(elsewhere.resolve("state/lists/partial")).getParent().getParent();
    Files.createDirectories(elsewhere.resolve("cache/archives/partial"));
    Path status = Files.writeString(state.resolve("status"), "");
    Path list =
        Files.writeString(
            elsewhere.resolve("sources.list"), "deb [trusted=yes] " + server.url() + "/repo ./\n");
    String options =
        String.join(
            " ",
            "-o Dir::Etc::sourcelist=" + list,
            "-o Dir::Etc::sourceparts=-",
            "-o Dir::State=" + state,
            "-o Dir::State::status=" + status,
            "-o Dir::Cache=" + elsewhere.resolve("cache"),
            "-o APT::Sandbox::User=root",
            "-o Acquire::https::CAInfo=" + TestTls.certificate(),
            "-o APT::Get::List-Cleanup=0",
            "-q");
    succeeds("bash", "-euc", "apt-get " + options + " update");
    succeeds("bash", "-euc", "apt-get " + options + " update"); // conditional requests, 304
    succeeds(
        "bash", "-euc", "cd '" + elsewhere + "' && apt-get " + options + " download millrace-test");
    succeeds(
        "cmp",
        root.resolve("repo/millrace-test_1.0_all.deb").toString(),
        elsewhere.resolve("millrace-test_1.0_all.deb").toString());
  }

  /**
   * Runs with stored checksum files and with generated ones: with -C, Maven rejects artifacts whose
   * checksum is missing or wrong.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mavenResolvesFromAServedRepository(boolean stored) throws Exception {
    shell(
        """
        d=dev/millrace/probe/served/1.0
        mkdir -p $d && cd $d
        echo '<project><modelVersion>4.0.0</modelVersion><groupId>dev.millrace.probe</groupId><artifactId>served</artifactId><version>1.0</version></project>' > served-1.0.pom
        mkdir x && echo content > x/content && (cd x && python3 -c "import zipfile; z = zipfile.ZipFile('../served-1.0.jar', 'w'); z.write('content')") && rm -r x
        """
            + (stored ? "for f in *.pom *.jar; do sha1sum $f | cut -c1-40 > $f.sha1; done" : ""));
    String home = System.getProperty("user.home") + "/.m2/repository";
    Path local = Path.of(home, "dev/millrace/probe");
    Programs.run("rm", "-rf", local.toString());
    try {
      succeeds(
          "mvn",
          "-B",
          "-q",
          "-C", // fails on a missing or wrong checksum
          "-Djavax.net.ssl.trustStore=" + TestTls.trustStore(),
          "org.apache.maven.plugins:maven-dependency-plugin:" + dependencyPlugin() + ":get",
          "-Dartifact=dev.millrace.probe:served:1.0",
          "-Dtransitive=false",
          "-DremoteRepositories=served::default::" + server.url() + "/");
      succeeds(
          "cmp",
          root.resolve("dev/millrace/probe/served/1.0/served-1.0.jar").toString(),
          local.resolve("served/1.0/served-1.0.jar").toString());
    } finally {
      Programs.run("rm", "-rf", local.toString());
    }
  }

  /** The version that the build uses, which is already in the local repository. */
  private static String dependencyPlugin() throws Exception {
    String pom = Files.readString(Path.of("..", "pom.xml"));
    String after = pom.substring(pom.indexOf("<artifactId>maven-dependency-plugin</artifactId>"));
    return after.substring(after.indexOf("<version>") + 9, after.indexOf("</version>"));
  }

  @Test
  void gitClonesOverDumbHttp() throws Exception {
    shell(
        """
        git init -q work && cd work
        for i in 1 2 3; do echo $i > file$i && git add . && git -c user.name=t -c user.email=t@example.org commit -q -m "c$i"; done
        cd .. && git clone -q --bare work repo.git && cd repo.git && git gc -q && git update-server-info
        """);
    succeeds(
        "git", "clone", "-q", server.url() + "/repo.git", elsewhere.resolve("clone").toString());
    assertEquals("3\n", Files.readString(elsewhere.resolve("clone/file3")));
    succeeds("git", "-C", elsewhere.resolve("clone").toString(), "fsck", "--strict");
  }

  @Test
  void swappingFilesWithLinksNeverExposesFilesOutsideTheRoot() throws Exception {
    Path secret = Files.writeString(elsewhere.resolve("x"), "SECRET!");
    Path inside = Files.createDirectory(root.resolve("inside"));
    Files.writeString(inside.resolve("x"), "public.");
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong found = new AtomicLong();
    AtomicLong absent = new AtomicLong();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> clients =
        List.of("/target", "/dir/x", "/dir/../target", "/dir/x").stream()
            .map(target ->
                Thread.ofPlatform()
                    .start(() -> requestRepeatedly(target, over, found, absent, failure)))
            .toList();
    Path link = root.resolve("link.tmp");
    Path file = root.resolve("file.tmp");
    for (int i = 0; i < 50_000; i++) {
      Files.createSymbolicLink(link, secret);
      Files.move(
          link,
          root.resolve("target"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      Files.createLink(file, inside.resolve("x"));
      Files.move(
          file,
          root.resolve("target"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      Files.createSymbolicLink(link, i % 2 == 0 ? elsewhere : Path.of("inside"));
      Files.move(
          link,
          root.resolve("dir"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
    over.set(true);
    for (Thread client : clients) {
      client.join();
    }
    assertEquals(null, failure.get());
    assertTrue(found.get() > 100 && absent.get() > 100, found + " found, " + absent + " absent");
    assertEquals(0, server.readBuffersTaken());
  }

  private void requestRepeatedly(
      String target,
      AtomicBoolean over,
      AtomicLong found,
      AtomicLong absent,
      AtomicReference<Throwable> failure) {
    try (RawClient client = new RawClient(server.address())) {
      while (!over.get()) {
        client.get(target);
        RawClient.Head head = client.head();
        String body = new String(client.body(head.contentLength()), StandardCharsets.UTF_8);
        if (head.status() == 200) {
          assertEquals("public.", body);
          found.incrementAndGet();
        } else {
          assertEquals(404, head.status());
          absent.incrementAndGet();
        }
      }
    } catch (Throwable failed) {
      failure.compareAndSet(null, failed);
    }
  }
}
