package dev.millrace.content.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.server.Answered;
import dev.millrace.server.Await;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text files are compressed once, and served like stored variants. */
class CompressionTest {
  private static final int LARGE = 300_000;
  private static final int SMALL = 20_000;

  /** A file that changed so recently is not compressed while a request waits. */
  private static final long SETTLED_MILLIS = 300;

  @TempDir Path root;
  @TempDir Path state;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  /** Text that compresses to about a third. */
  private static byte[] text(int length, int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(length + 16);
    while (text.length() < length) {
      text.append("word").append(random.nextInt(100_000)).append(' ');
    }
    return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] write(String name, byte[] content) throws Exception {
    Path file = root.resolve(name);
    Files.write(file, content);
    // Digests of a file that has just changed are computed later.
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L));
    return content;
  }

  /** Waits until the files are old enough for a request to wait for their compression. */
  private void awaitAge() throws Exception {
    Await.until(() -> {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
          if (System.currentTimeMillis() - changed.toMillis() < SETTLED_MILLIS) {
            return false;
          }
        }
        return true;
      }
    });
  }

  private static byte[] decoded(Answered response) throws Exception {
    String token = response.field("content-encoding");
    for (ContentCoding coding : ContentCoding.values()) {
      if (coding.token().equals(token)) {
        try (InputStream in = Codecs.decoder(coding, new ByteArrayInputStream(response.body()))) {
          return in.readAllBytes();
        }
      }
    }
    assertEquals("", token);
    return response.body();
  }

  private static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static double ended(RunningServer server, String outcome) throws Exception {
    return Double.parseDouble(
        server.metric("millrace_compressions_total{outcome=\"" + outcome + "\"}"));
  }

  /** Requests a large file until its compressed form is served. */
  private static Answered compressed(RunningServer server, String target, String coding)
      throws Exception {
    String accept = "Accept-Encoding: " + coding;
    return Await.until(
        () -> Answered.get(server, 200, target, accept),
        response -> !response.field("content-encoding").isEmpty());
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void aLargeFileIsFirstServedPlainAndThenCompressed(Via via) throws Exception {
    byte[] content = write("large.js", text(LARGE, 1));
    try (RunningServer server = RunningServer.start(root, via, "revalidate: 10ms\n")) {
      Answered first = Answered.get(server, 200, "/large.js", "Accept-Encoding: br, gzip");
      assertEquals("", first.field("content-encoding"));
      assertEquals("Accept-Encoding", first.field("vary"));
      assertArrayEquals(content, first.body());
      Answered second = compressed(server, "/large.js", "br, gzip");
      assertEquals("br", second.field("content-encoding"));
      assertArrayEquals(content, decoded(second));
      assertTrue(second.body().length < LARGE / 2, "length " + second.body().length);
      assertServedLikeAFile(server, second);
      assertEquals(1, ended(server, "created"));
      assertEquals(
          LARGE, Double.parseDouble(server.metric("millrace_compression_read_bytes_total")));
      assertEquals(
          second.body().length, Double.parseDouble(server.metric("millrace_compressed_bytes")));
      Answered plain = Answered.get(server, 200, "/large.js");
      assertArrayEquals(content, plain.body());
      assertEquals("Accept-Encoding", plain.field("vary"));
      assertNotEquals(plain.field("etag"), second.field("etag"));
      assertEquals(plain.field("last-modified"), second.field("last-modified"));
    }
  }

  /** Strong validators, digests, ranges, conditions and HEAD of the compressed form. */
  private static void assertServedLikeAFile(RunningServer server, Answered whole) throws Exception {
    String accept = "Accept-Encoding: br, gzip";
    byte[] digest = sha256(whole.body());
    assertEquals(
        "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":", whole.field("repr-digest"));
    String tag = whole.field("etag");
    assertFalse(tag.startsWith("W/"), tag);
    assertEquals("text/javascript; charset=utf-8", whole.field("content-type"));
    assertEquals("Accept-Encoding", whole.field("vary"));
    int length = whole.body().length;
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (int at = 0; at < length; at += 10_000) {
      int last = Math.min(length, at + 10_000) - 1;
      Answered part =
          Answered.get(
              server,
              206,
              "/large.js",
              accept,
              "Range: bytes=" + at + "-" + last,
              "If-Range: " + tag);
      assertEquals("bytes " + at + "-" + last + "/" + length, part.field("content-range"));
      assertEquals("br", part.field("content-encoding"));
      joined.writeBytes(part.body());
    }
    assertArrayEquals(whole.body(), joined.toByteArray());
    Answered unchanged = Answered.get(server, 304, "/large.js", accept, "If-None-Match: " + tag);
    assertEquals(tag, unchanged.field("etag"));
    Answered head = Answered.to(server, "HEAD", "/large.js", accept);
    assertEquals(String.valueOf(length), head.field("content-length"));
    assertEquals("br", head.field("content-encoding"));
  }

  @ParameterizedTest
  @CsvSource({
    "br, br",
    "zstd, zstd",
    "gzip, gzip",
    "'zstd, gzip;q=0.9', zstd",
    "'br;q=0.1, gzip;q=0.9', gzip",
    "'identity;q=0, gzip', gzip",
    "'*', br"
  })
  void aSmallFileIsCompressedForItsFirstRequest(String accept, String coding) throws Exception {
    byte[] content = write("small.css", text(SMALL, 2));
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.URING, "")) {
      for (int i = 0; i < 3; i++) {
        Answered response = Answered.get(server, 200, "/small.css", "Accept-Encoding: " + accept);
        assertEquals(coding, response.field("content-encoding"));
        assertArrayEquals(content, decoded(response));
      }
      assertEquals(1, ended(server, "created"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gzip;q=0", "identity", "deflate, compress", "br;q=0, zstd;q=0, gzip;q=0, *", ""})
  void aClientThatAcceptsNoneGetsThePlainFile(String accept) throws Exception {
    byte[] content = write("small.css", text(SMALL, 2));
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.NIO, "")) {
      String[] fields =
          accept.isEmpty() ? new String[0] : new String[] {"Accept-Encoding: " + accept};
      Answered response = Answered.get(server, 200, "/small.css", fields);
      assertEquals("", response.field("content-encoding"));
      assertArrayEquals(content, response.body());
      assertEquals("Accept-Encoding", response.field("vary"));
      assertEquals(0, ended(server, "created"));
    }
  }

  @Test
  void whatIsCompressedAlreadyOrSmallOrForbiddenStaysPlain() throws Exception {
    byte[] random = new byte[SMALL];
    new SplittableRandom(7).nextBytes(random);
    write("random.txt", random);
    write("archive.zip", text(SMALL, 3));
    write("unknown", text(SMALL, 3));
    write("tiny.txt", text(500, 3));
    write("kept.css", text(SMALL, 3));
    write("huge.css", text(SMALL * 2, 3));
    Files.createDirectory(root.resolve("plain"));
    write("plain/a.css", text(SMALL, 4));
    awaitAge();
    String yaml =
        "compress-max-size: 30000\n"
            + "cache:\n- {match: /kept.css, control: 'max-age=1, no-transform'}\n"
            + "mounts:\n- {path: /off, root: '"
            + root.resolve("plain")
            + "', compress: off}\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      for (String path :
          List.of(
              "/random.txt", "/archive.zip", "/unknown", "/tiny.txt", "/kept.css", "/huge.css")) {
        for (int i = 0; i < 2; i++) {
          Answered response = Answered.get(server, 200, path, "Accept-Encoding: gzip");
          assertEquals("", response.field("content-encoding"), path);
          assertArrayEquals(Files.readAllBytes(root.resolve(path.substring(1))), response.body());
        }
      }
      assertEquals(1, ended(server, "incompressible"), "tried once");
      assertEquals(
          "",
          Answered.get(server, 200, "/off/a.css", "Accept-Encoding: gzip")
              .field("content-encoding"));
      assertEquals(0, ended(server, "created"));
      assertEquals(
          "gzip",
          Answered.get(server, 200, "/plain/a.css", "Accept-Encoding: gzip")
              .field("content-encoding"));
    }
  }

  @Test
  void aStoredVariantIsPreferred() throws Exception {
    write("a.css", text(SMALL, 5));
    write("a.css.gz", "stored".getBytes(StandardCharsets.US_ASCII));
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.URING, "")) {
      Answered response = Answered.get(server, 200, "/a.css", "Accept-Encoding: br, gzip");
      assertEquals("stored", response.text());
      assertEquals("gzip", response.field("content-encoding"));
    }
  }

  @Test
  void allServersMakeTheSameBytes() throws Exception {
    write("a.css", text(SMALL, 6));
    awaitAge();
    String tag;
    try (RunningServer server = RunningServer.start(root, Via.URING, "")) {
      tag = Answered.get(server, 200, "/a.css", "Accept-Encoding: zstd").field("etag");
    }
    Files.setLastModifiedTime(root.resolve("a.css"), FileTime.fromMillis(1_600_000_000_000L));
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.NIO, "state: " + state + "\n")) {
      Answered other = Answered.get(server, 200, "/a.css", "Accept-Encoding: zstd");
      assertEquals(tag, other.field("etag"));
      assertEquals("Sun, 13 Sep 2020 12:26:40 GMT", other.field("last-modified"));
    }
  }

  @Test
  void filesOfEqualContentShareAForm() throws Exception {
    write("a.css", text(SMALL, 6));
    write("b.css", text(SMALL, 6));
    Files.setLastModifiedTime(root.resolve("b.css"), FileTime.fromMillis(1_600_000_000_000L));
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.URING, "")) {
      Answered one = Answered.get(server, 200, "/a.css", "Accept-Encoding: gzip");
      Answered other = Answered.get(server, 200, "/b.css", "Accept-Encoding: gzip");
      assertEquals(one.field("etag"), other.field("etag"));
      assertEquals("Tue, 14 Nov 2023 22:13:20 GMT", one.field("last-modified"));
      assertEquals("Sun, 13 Sep 2020 12:26:40 GMT", other.field("last-modified"));
      assertEquals(1, ended(server, "created"));
      assertEquals(1, Double.parseDouble(server.metric("millrace_compressed_files")));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Via.class,
      names = {"URING", "NIO"})
  void aFileThatChangesIsNeverServedInAnOlderForm(Via via) throws Exception {
    Path file = root.resolve("v.txt");
    byte[] before = write("v.txt", text(SMALL, 0));
    try (RunningServer server = RunningServer.start(root, via, "revalidate: 10ms\n")) {
      AtomicBoolean done = new AtomicBoolean();
      Future<Boolean> requesting = threads.submit(() -> readUntil(done, server));
      for (int version = 1; version <= 30; version++) {
        byte[] content = text(SMALL + version * 3_000, version);
        Path next = root.resolve(".next");
        Files.write(next, content);
        if (version % 3 == 0) {
          awaitAge();
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        byte[] now = decoded(Answered.get(server, 200, "/v.txt", "Accept-Encoding: gzip"));
        // Within the time of revalidate, a path may lead to the file before.
        assertTrue(
            Arrays.equals(content, now) || Arrays.equals(before, now),
            "version " + version + ": " + now.length + " bytes");
        byte[] expected =
            Await.until(
                () -> decoded(Answered.get(server, 200, "/v.txt", "Accept-Encoding: gzip")),
                found -> Arrays.equals(content, found));
        before = expected;
      }
      done.set(true);
      assertTrue(requesting.get(), "the other client read nothing");
      assertTrue(ended(server, "created") > 10, server.metrics());
    }
  }

  /** Requests whole files until told to stop; whether it has read any. */
  private static boolean readUntil(AtomicBoolean done, RunningServer server) throws Exception {
    boolean read = false;
    while (!done.get()) {
      byte[] content = decoded(Answered.get(server, 200, "/v.txt", "Accept-Encoding: br"));
      assertEquals(0, (content.length - SMALL) % 3_000, "length " + content.length);
      read = true;
    }
    return read;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theSpaceIsBoundedAndTheLeastRecentlyUsedGo(boolean onDisk) throws Exception {
    for (int i = 0; i < 40; i++) {
      write(i + ".txt", text(SMALL, i));
    }
    awaitAge();
    String yaml = "compress-cache: 64KiB\n" + (onDisk ? "state: " + state + "\n" : "");
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      for (int i = 0; i < 40; i++) {
        Answered response = Answered.get(server, 200, "/" + i + ".txt", "Accept-Encoding: gzip");
        assertEquals("gzip", response.field("content-encoding"));
        assertArrayEquals(text(SMALL, i), decoded(response));
        double bytes = Double.parseDouble(server.metric("millrace_compressed_bytes"));
        assertTrue(bytes > 0 && bytes <= 64 << 10, "bytes " + bytes);
      }
      double evicted = Double.parseDouble(server.metric("millrace_compressed_evictions_total"));
      assertTrue(evicted > 20, "evicted " + evicted);
      if (onDisk) {
        assertTrue(directoryBytes() <= 64 << 10, "directory " + directoryBytes());
        assertTrue(directoryBytes() > 0, "directory " + directoryBytes());
      }
    }
  }

  private long directoryBytes() throws Exception {
    long bytes = 0;
    for (Path file : stored()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private List<Path> stored() throws Exception {
    try (Stream<Path> files = Files.list(state.resolve("compressed"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void theDirectoryOfStateKeepsTheFormsAndDamagedOnesAreMadeAgain() throws Exception {
    byte[] content = write("a.css", text(SMALL, 8));
    awaitAge();
    String yaml = "state: " + state + "\n";
    byte[] form;
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      form = Answered.get(server, 200, "/a.css", "Accept-Encoding: br").body();
    }
    String name = HexFormat.of().formatHex(sha256(content)) + ".6.br";
    Path file = state.resolve("compressed").resolve(name);
    assertArrayEquals(form, Files.readAllBytes(file));
    Files.write(state.resolve("compressed/.new-0"), form);
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      assertArrayEquals(form, Answered.get(server, 200, "/a.css", "Accept-Encoding: br").body());
      assertEquals(1, ended(server, "loaded"));
      assertEquals(0, ended(server, "created"));
      assertEquals(List.of(file), stored());
    }
    byte[] damaged = form.clone();
    damaged[form.length / 2] ^= 1;
    Files.write(file, damaged);
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      assertArrayEquals(form, Answered.get(server, 200, "/a.css", "Accept-Encoding: br").body());
      assertEquals(1, ended(server, "created"));
    }
    assertArrayEquals(form, Files.readAllBytes(file));
    // Another file under this name would decode well, but to other content.
    Files.write(file, damaged);
    write("b.css", text(SMALL, 9));
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      byte[] other = Answered.get(server, 200, "/b.css", "Accept-Encoding: br").body();
      Files.write(file, other);
    }
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      assertArrayEquals(
          content, decoded(Answered.get(server, 200, "/a.css", "Accept-Encoding: br")));
      assertEquals(1, ended(server, "created"));
    }
  }

  @Test
  void aDirectoryOfStateThatCannotBeUsedLeavesFilesPlain() throws Exception {
    byte[] content = write("a.css", text(SMALL, 8));
    Files.write(state.resolve("compressed"), new byte[1]);
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.URING, "state: " + state + "\n")) {
      for (int i = 0; i < 2; i++) {
        assertArrayEquals(
            content, Answered.get(server, 200, "/a.css", "Accept-Encoding: br").body());
      }
      assertEquals(1, ended(server, "failed"));
    }
  }

  @Test
  void manyClientsCauseOneCompression() throws Exception {
    byte[] content = write("a.css", text(60_000, 8));
    awaitAge();
    try (RunningServer server = RunningServer.start(root, Via.URING, "")) {
      List<Future<Answered>> clients =
          threads.invokeAll(
              Collections.nCopies(
                  20, () -> Answered.get(server, 200, "/a.css", "Accept-Encoding: gzip")));
      for (Future<Answered> client : clients) {
        assertEquals("gzip", client.get().field("content-encoding"));
        assertArrayEquals(content, decoded(client.get()));
      }
      assertEquals(1, ended(server, "created"));
    }
  }

  /** Maven compares them with the content that it has decoded. */
  @Test
  void checksumFieldsAreThoseOfPlainResponsesOnly() throws Exception {
    write("a.pom.xml", text(SMALL, 8));
    awaitAge();
    String yaml = "checksum-headers: [sha1]\nrevalidate: 10ms\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      Answered plain =
          Await.until(
              () -> Answered.get(server, 200, "/a.pom.xml"),
              response -> !response.field("x-checksum-sha1").isEmpty());
      assertEquals(40, plain.field("x-checksum-sha1").length());
      for (int i = 0; i < 5; i++) {
        Answered encoded = Answered.get(server, 200, "/a.pom.xml", "Accept-Encoding: gzip");
        assertEquals("gzip", encoded.field("content-encoding"));
        assertEquals("", encoded.field("x-checksum-sha1"));
        assertFalse(encoded.field("repr-digest").isEmpty());
      }
    }
  }
}
