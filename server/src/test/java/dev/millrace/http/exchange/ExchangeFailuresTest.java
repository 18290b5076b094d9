package dev.millrace.http.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.auth.AuthRule;
import dev.millrace.auth.Credentials;
import dev.millrace.content.DigestPolicy;
import dev.millrace.content.LoopServices;
import dev.millrace.content.Mount;
import dev.millrace.content.MountContext;
import dev.millrace.content.MountPolicy;
import dev.millrace.content.Router;
import dev.millrace.content.compress.CompressedFiles;
import dev.millrace.content.compress.Compression;
import dev.millrace.content.compress.CompressionSettings;
import dev.millrace.content.file.FileHandler;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.DigestSource;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.PoolFileAccess;
import dev.millrace.files.ReadBuffer;
import dev.millrace.files.ReadBuffers;
import dev.millrace.files.RequestPath;
import dev.millrace.files.Root;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.loop.LoopExecutors;
import dev.millrace.sync.ThreadPool;
import dev.millrace.uring.ErrnoException;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An exception at any step of an exchange ends that exchange. */
class ExchangeFailuresTest {
  /** Where the defect is injected, with a request that reaches it. */
  private enum Place {
    PASSWORD_ON_A_WORKER("/private", 500),
    OPEN_AFTER_THE_PASSWORD("/private", 500),
    OPEN("/f", 500),
    AFTER_OPEN("/f", 500),
    OPEN_FAILED("/nothing", 500),
    OPEN_OF_AN_ERROR_PAGE("/nothing", 500),
    DIGEST("/f", 500),
    AFTER_DIGEST("/f", 500),
    READ("/f", 0),
    SCAN_OF_A_LISTING("/d/", 0),
    SCAN_OF_CHECKSUMS("/SHA256SUMS", 0),
    OPEN_OF_CHECKSUMS("/SHA256SUMS", 0),
    DIGEST_OF_CHECKSUMS("/SHA256SUMS", 0),
    DIGEST_OF_A_CHECKSUM_FILE("/f.sha256", 500);

    final String target;

    /** 0: the connection closes before the body is complete. */
    final int status;

    Place(String target, int status) {
      this.target = target;
      this.status = status;
    }
  }

  private static final class Defect extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @TempDir Path root;

  private final ThreadPool pool = new ThreadPool(new ThreadPool.Config("test", 1, 16));
  private final ExchangeFailures failures = new ExchangeFailures();
  private final AtomicReference<@Nullable Place> place = new AtomicReference<>();
  private Undertow server;
  private RequestTracker requests;

  private void defectAt(Place... places) {
    if (List.of(places).contains(place.get())) {
      throw new Defect();
    }
  }

  @BeforeEach
  void start() throws Exception {
    Files.writeString(root.resolve("f"), "content");
    Files.writeString(root.resolve("404.html"), "not found");
    Files.createDirectory(root.resolve("d"));
    server =
        Undertow.builder()
            .setIoThreads(1)
            .setServerOption(UndertowOptions.RECORD_REQUEST_START_TIME, true)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(exchange -> requests.handleRequest(exchange))
            .build();
    server.start();
    Executor loop = server.getWorker().getIoThread();
    LoopExecutors executors = new LoopExecutors(pool, loop);
    MountPolicy d = MountPolicy.DEFAULT;
    ParsedPath privately = (ParsedPath) RequestPath.parse("/private");
    MountPolicy policy =
        new MountPolicy(
            true,
            d.listingPage(),
            false,
            SymlinkPolicy.BENEATH,
            d.index(),
            d.fallbacks(),
            List.of(),
            d.maxRanges(),
            Map.of(404, "/404.html"),
            d.types(),
            d.cacheRules(),
            List.of(new AuthRule(privately, new Passwords())),
            d.corsRules(),
            d.writeRules(),
            d.headerRules(),
            d.redirects(),
            d.rewrites(),
            d.archives(),
            d.webdav(),
            d.compress());
    LoopServices services =
        new LoopServices(
            new ReadBuffers(),
            new Source(loop),
            new DigestPolicy(DigestPolicy.Mode.ON_REQUEST, true, true, 16, List.of()),
            _ -> {
              defectAt(Place.AFTER_OPEN, Place.OPEN_OF_CHECKSUMS);
              return false;
            },
            failures,
            new Compression(
                new CompressedFiles(1 << 20, 4, null),
                new CompressionSettings(Map.of(), 1 << 20, 1 << 20),
                new Source(loop),
                _ -> {},
                () -> executors));
    Mount mount = new Mount("", ParsedPath.ROOT, root, policy);
    FileHandler handler =
        new FileHandler(new MountContext(mount, access(executors), services, executors));
    requests =
        new RequestTracker(
            new Router(List.of(new Router.Handlers(handler, handler, handler))), null);
  }

  /** Opens the root before the loop thread handles requests. */
  private FileAccess access(LoopExecutors executors) throws Exception {
    FileAccess files = new PoolFileAccess(executors, SymlinkPolicy.BENEATH);
    files.root(Root.open(root));
    return new Access(files);
  }

  @AfterEach
  void stop() {
    server.stop();
    pool.close();
  }

  private String request(String target) throws Exception {
    InetSocketAddress address =
        (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(60_000);
      String head =
          "GET "
              + target
              + " HTTP/1.1\r\nHost: h\r\nAuthorization: x\r\n"
              + "Want-Repr-Digest: sha-256=1\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1); // the server closes
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDefectEndsTheExchangeAndLeaksNothing(Place at) throws Exception {
    place.set(at);
    String response = request(at.target);
    if (at.status > 0) {
      assertTrue(response.startsWith("HTTP/1.1 " + at.status + " "), at + ": " + response);
      assertTrue(response.contains("\r\nConnection: close\r\n"), response);
      assertTrue(!response.contains("ETag"), "fields of the failed response remain: " + response);
    }
    assertEquals(1, failures.count(), "logged and counted once");
    server.stop(); // the loop completes its remaining tasks
    assertEquals(0, requests.active());
    assertEquals(Set.of(root.toRealPath().toString()), openFiles(), "open descriptors");
  }

  /** Open descriptors below the root, and the root itself. */
  private Set<String> openFiles() throws Exception {
    Set<String> open = new java.util.HashSet<>();
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path one : all.toList()) {
        try {
          String target = Files.readSymbolicLink(one).toString();
          if (target.startsWith(root.toRealPath().toString())) {
            open.add(target);
          }
        } catch (java.io.IOException closed) {
          // Another thread has closed it.
        }
      }
    }
    return open;
  }

  private final class Passwords implements Credentials {
    @Override
    public @Nullable Verdict cachedResult(@Nullable String authorization) {
      return null;
    }

    @Override
    public Verdict verify(@Nullable String authorization) {
      defectAt(Place.PASSWORD_ON_A_WORKER);
      return new Verdict(true, "somebody");
    }

    @Override
    public String challenge() {
      return "Basic";
    }
  }

  /** Forwards to the real files, except for the injected defects. */
  private final class Access implements FileAccess {
    private final FileAccess files;

    Access(FileAccess files) {
      this.files = files;
    }

    @Override
    public void root(@Nullable Root root) {
      files.root(root);
    }

    @Override
    public @Nullable Root root() {
      return null;
    }

    @Override
    public int generation() {
      return files.generation();
    }

    @Override
    public void open(byte[] path, OpenCallback callback) {
      String name = new String(path, StandardCharsets.UTF_8);
      defectAt(Place.OPEN, Place.OPEN_AFTER_THE_PASSWORD);
      if (name.equals("404.html")) {
        defectAt(Place.OPEN_OF_AN_ERROR_PAGE, Place.OPEN_FAILED);
      }
      files.open(path, callback);
    }

    @Override
    public void read(
        OpenFile file, long offset, ReadBuffer buffer, int length, ReadCallback callback) {
      defectAt(Place.READ);
      files.read(file, offset, buffer, length, callback);
    }

    @Override
    public boolean sendsFiles() {
      return false;
    }

    @Override
    public FileStat stat(OpenFile file) throws ErrnoException {
      return files.stat(file);
    }

    @Override
    public DirectoryScan scan(OpenFile directory, byte[] path) {
      if (place.get() == Place.SCAN_OF_A_LISTING || place.get() == Place.SCAN_OF_CHECKSUMS) {
        directory.close(); // the worker thread then fails to read it
      }
      return files.scan(directory, path);
    }
  }

  private final class Source implements DigestSource {
    private final Executor loop;

    Source(Executor loop) {
      this.loop = loop;
    }

    @Override
    public Digests known(FileStat stat) {
      return Digests.NONE;
    }

    @Override
    public void require(OpenFile file, Set<Algorithm> algorithms, Callback callback) {
      defectAt(Place.DIGEST, Place.DIGEST_OF_CHECKSUMS, Place.DIGEST_OF_A_CHECKSUM_FILE);
      loop.execute(() ->
          callback.known(
              place.get() == Place.AFTER_DIGEST
                  ? null
                  : Digests.of(Map.of(Algorithm.SHA_256, new byte[32]))));
    }

    @Override
    public void background(OpenFile file, Set<Algorithm> algorithms) {}

    @Override
    public void requirePart(
        OpenFile file, Algorithm algorithm, long first, long lengthBytes, Callback callback) {
      callback.unavailable(Unavailable.BUSY);
    }
  }
}
