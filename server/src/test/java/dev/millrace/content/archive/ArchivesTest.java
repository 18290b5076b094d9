package dev.millrace.content.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.millrace.server.Answered;
import dev.millrace.server.Await;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories as archives. */
class ArchivesTest {
  private static final String ON = "listing: on\narchives: on\n";
  private static final String LONG = "n".repeat(90);

  @TempDir Path root;
  @TempDir Path elsewhere;

  private void write(String path, byte[] content) throws Exception {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L));
  }

  @BeforeEach
  void files() throws Exception {
    byte[] large = new byte[300_000];
    new SplittableRandom(9).nextBytes(large);
    write("d/large", large);
    write("d/ü/a b\nc", "odd".getBytes(StandardCharsets.UTF_8));
    write("d/" + LONG + "/" + LONG + "/file", "deep".getBytes(StandardCharsets.UTF_8));
    write("d/512", new byte[512]);
    write("d/empty", new byte[0]);
    write("d/.hidden", new byte[1]);
    Files.createDirectory(root.resolve("d/emptydir"));
    Files.createSymbolicLink(root.resolve("d/link"), Path.of("large"));
    Files.createSymbolicLink(root.resolve("d/loop"), Path.of("."));
  }

  private static Programs.Result python(String script, String... arguments) throws Exception {
    Stream<String> command =
        Stream.concat(Stream.of("python3", "-c", script), Stream.of(arguments));
    return Programs.run(command.toArray(String[]::new));
  }

  /** The files of a directory, relative to it, but those that an archive omits. */
  private static List<String> tree(Path directory) throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> !path.equals(directory) && !Files.isSymbolicLink(path))
          .map(path -> directory.relativize(path).toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  private void assertSame(Path unpacked) throws Exception {
    assertEquals(tree(root.resolve("d")), tree(unpacked));
    for (String name : tree(unpacked)) {
      if (Files.isRegularFile(unpacked.resolve(name))) {
        assertEquals(
            -1, Files.mismatch(root.resolve("d").resolve(name), unpacked.resolve(name)), name);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void tarUnpacksWhatIsThere(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, ON)) {
      Answered tar = Answered.get(server, 200, "/d/?archive=tar");
      assertEquals("application/x-tar", tar.field("content-type"));
      assertEquals("attachment; filename*=UTF-8''d.tar", tar.field("content-disposition"));
      assertEquals(tar.body().length, Long.parseLong(tar.field("content-length")));
      assertArrayEquals(tar.body(), Answered.get(server, 200, "/d/?archive=tar").body());
      Answered head = Answered.to(server, "HEAD", "/d/?archive=tar");
      assertEquals(tar.field("content-length"), head.field("content-length"));
      Path file = Files.write(elsewhere.resolve("d.tar"), tar.body());
      Path unpacked = Files.createDirectory(elsewhere.resolve("tar"));
      Programs.Result result =
          Programs.run("tar", "-C", unpacked.toString(), "-xf", file.toString());
      assertEquals("", result.err());
      assertEquals(0, result.exitCode());
      assertSame(unpacked);
      assertEquals(
          1_700_000_000_000L, Files.getLastModifiedTime(unpacked.resolve("large")).toMillis());
      String check = "import tarfile, sys; print(len(tarfile.open(sys.argv[1]).getnames()))";
      assertEquals("" + tree(unpacked).size(), python(check, file.toString()).out().strip());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void compressedFormatsUnpackToo(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, ON)) {
      Answered gz = Answered.get(server, 200, "/d/?archive=tar.gz");
      assertEquals("application/gzip", gz.field("content-type"));
      Path file = Files.write(elsewhere.resolve("d.tar.gz"), gz.body());
      Path unpacked = Files.createDirectory(elsewhere.resolve("gz"));
      assertEquals(
          0, Programs.run("tar", "-C", unpacked.toString(), "-xzf", file.toString()).exitCode());
      assertSame(unpacked);

      Answered zip = Answered.get(server, 200, "/d/?archive=zip");
      assertEquals("application/zip", zip.field("content-type"));
      assertArrayEquals(zip.body(), Answered.get(server, 200, "/d/?archive=zip").body());
      Path zipped = Files.write(elsewhere.resolve("d.zip"), zip.body());
      Path unzipped = Files.createDirectory(elsewhere.resolve("zip"));
      String script =
          "import zipfile, sys; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None;"
              + " z.extractall(sys.argv[2])";
      Programs.Result result = python(script, zipped.toString(), unzipped.toString());
      assertEquals(0, result.exitCode(), result.err());
      assertSame(unzipped);
      assertEquals("", Answered.to(server, "HEAD", "/d/?archive=zip").field("content-length"));
    }
  }

  @Test
  void onlyAListedDirectoryIsAnArchive() throws Exception {
    Files.writeString(root.resolve("d/empty"), "");
    Files.createDirectories(root.resolve("site"));
    Files.writeString(root.resolve("site/index.html"), "index");
    Path tokens = Files.writeString(root.resolve("tokens"), "secret\n");
    try (RunningServer server =
        RunningServer.start(
            root, Via.URING, ON + "auth: [{path: /d/emptydir, bearer: " + tokens + "}]\n")) {
      Answered.get(server, 400, "/d/?archive=rar");
      Answered.get(server, 403, "/d/?archive=tar");
      Answered.get(server, 401, "/d/emptydir/?archive=tar");
      Answered.get(server, 200, "/d/emptydir/?archive=tar", "Authorization: Bearer secret");
      assertEquals("index", Answered.get(server, 200, "/site/?archive=tar").text());
      assertTrue(Answered.get(server, 200, "/d/").text().contains("?archive=tar.gz"));
    }
    try (RunningServer server = RunningServer.start(root, Via.URING, "listing: on\n")) {
      Answered listing = Answered.get(server, 200, "/d/?archive=tar");
      assertTrue(listing.field("content-type").startsWith("text/html"));
      assertFalse(listing.text().contains("?archive"));
    }
    try (RunningServer server = RunningServer.start(root, Via.URING, "archives: on\n")) {
      Answered.get(server, 404, "/d/?archive=tar");
    }
  }

  /** A sparse file of 9 GiB does not fit into a header of ustar. */
  @Test
  void aLargeFileHasAnExtendedHeader() throws Exception {
    long size = 9L << 30;
    Files.createDirectory(root.resolve("sparse"));
    try (RandomAccessFile file = new RandomAccessFile(root.resolve("sparse/f").toFile(), "rw")) {
      file.setLength(size);
    }
    try (RunningServer server = RunningServer.start(root, Via.URING, ON);
        RawClient client = new RawClient(server.address())) {
      client.get("/sparse/?archive=tar");
      assertEquals(size + 5 * 512, client.head().contentLength());
      String start = new String(client.body(1_536), StandardCharsets.ISO_8859_1);
      assertTrue(start.contains("19 size=" + size + "\n"), start);
    }
  }

  @Test
  void aFileThatBecomesShorterEndsTheConnection() throws Exception {
    Files.createDirectory(root.resolve("sparse"));
    Path file = root.resolve("sparse/f");
    long size = 200L << 20;
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(size);
    }
    try (RunningServer server = RunningServer.start(root, Via.URING, ON);
        RawClient client = new RawClient(server.address())) {
      client.get("/sparse/?archive=tar");
      long length = client.head().contentLength();
      byte[] _ = client.body(1_000_000);
      try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
        open.setLength(2_000_000);
      }
      assertThrows(IOException.class, () -> client.body(length - 1_000_000));
    }
  }

  /** A file that changed so recently gives an archive without a tag. */
  private void awaitAge() throws Exception {
    Await.until(() -> {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
          if (System.currentTimeMillis() - changed.toMillis() < 1500) {
            return false;
          }
        }
        return true;
      }
    });
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "TLS_URING", "HTTP2_URING"})
  void aTarHasRangesATagAndADigest(Via via) throws Exception {
    awaitAge();
    try (RunningServer server = RunningServer.start(root, via, ON)) {
      Answered whole = Answered.get(server, 200, "/d/?archive=tar");
      String tag = whole.field("etag");
      assertTrue(tag.startsWith("\""), tag);
      assertEquals("bytes", whole.field("accept-ranges"));
      int length = whole.body().length;
      for (int step : new int[] {511, 70_001, length - 1}) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        int from = step == 511 ? length - 20 * step : 0;
        for (int at = from; at < length; at += step) {
          int last = Math.min(length, at + step) - 1;
          Answered part =
              Answered.get(
                  server,
                  206,
                  "/d/?archive=tar",
                  "Range: bytes=" + at + "-" + last,
                  "If-Range: " + tag);
          assertEquals("bytes " + at + "-" + last + "/" + length, part.field("content-range"));
          joined.writeBytes(part.body());
        }
        assertArrayEquals(
            Arrays.copyOfRange(whole.body(), from, length), joined.toByteArray(), "step " + step);
      }
      Answered.get(server, 304, "/d/?archive=tar", "If-None-Match: " + tag);
      Answered.get(server, 416, "/d/?archive=tar", "Range: bytes=" + length + "-");
      Answered.get(server, 412, "/d/?archive=tar", "If-Match: \"x\"");
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(whole.body());
      assertEquals(
          "sha-256=:" + Base64.getEncoder().encodeToString(sha256) + ":",
          Answered.to(server, "HEAD", "/d/?archive=tar").field("repr-digest"));
      write("d/512", new byte[513]);
      awaitAge();
      Answered changed =
          Answered.get(server, 200, "/d/?archive=tar", "Range: bytes=0-0", "If-Range: " + tag);
      assertNotEquals(tag, changed.field("etag"));
      assertEquals("", changed.field("repr-digest"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO", "HTTP2_URING"})
  void acceptRequestsAnArchiveToo(Via via) throws Exception {
    try (RunningServer server = RunningServer.start(root, via, ON)) {
      Answered zst = Answered.get(server, 200, "/d/", "Accept: application/zstd, text/html;q=0.5");
      assertEquals("application/zstd", zst.field("content-type"));
      assertEquals("Accept", zst.field("vary"));
      Path file = Files.write(elsewhere.resolve("d.tar.zst"), zst.body());
      Path tar = elsewhere.resolve("d.tar");
      Files.write(tar, Answered.get(server, 200, "/d/?archive=tar").body());
      try (InputStream in =
          new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(Files.readAllBytes(file)))) {
        assertArrayEquals(Files.readAllBytes(tar), in.readAllBytes());
      }
      for (String accept : List.of("text/html", "*/*", "application/zip;q=0, */*")) {
        assertTrue(
            Answered.get(server, 200, "/d/", "Accept: " + accept)
                .field("content-type")
                .startsWith("text/html"),
            accept);
      }
      Answered sums = Answered.to(server, "HEAD", "/d/?archive=tar.zst");
      assertEquals("", sums.field("content-length"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"archive-max-entries: 5", "archive-max-size: 1KiB"})
  void largeDirectoriesAreRefused(String limit) throws Exception {
    try (RunningServer server = RunningServer.start(root, Via.URING, ON + limit + "\n")) {
      Answered.get(server, 403, "/d/?archive=tar");
      Answered.get(server, 200, "/d/emptydir/?archive=tar");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Range: bytes=1000-209715000\r\n"})
  void aDirectoryThatChangesEndsTheConnection(String range) throws Exception {
    Files.createDirectory(root.resolve("sparse"));
    Files.createDirectory(root.resolve("sparse/z"));
    try (RandomAccessFile open = new RandomAccessFile(root.resolve("sparse/f").toFile(), "rw")) {
      open.setLength(200L << 20);
    }
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.URING, ON);
        RawClient client = new RawClient(server.address())) {
      client.send("GET /sparse/?archive=tar HTTP/1.1\r\nHost: h\r\n" + range + "\r\n");
      RawClient.Head head = client.head();
      assertEquals(range.isEmpty() ? 200 : 206, head.status());
      byte[] _ = client.body(1_000_000);
      Files.writeString(root.resolve("sparse/z/new"), "new");
      assertThrows(IOException.class, () -> client.body(head.contentLength() - 1_000_000));
    }
  }
}
