package dev.millrace.cli;

import dev.millrace.cli.RemoteOptions.Failed;
import dev.millrace.cli.RemoteOptions.Transient;
import dev.millrace.digest.Algorithm;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The download of one file: pieces of it by several connections into {@code FILE.part}, which gets
 * its name when its digest is that of the server. {@code FILE.part.state} lists the pieces, so that
 * another run goes on where this one has ended.
 */
final class Download {
  private static final long PIECE_BYTES = 8 << 20;
  private static final int BUFFER_BYTES = 256 << 10;
  private static final Pattern SHA_256 = Pattern.compile("sha-256=:([A-Za-z0-9+/=]{44}):");

  /**
   * A file that was downloaded.
   *
   * @param sha256 in hexadecimal
   * @param verifiedBy what the digest was compared with; null if the server has none
   */
  record Downloaded(String sha256, @Nullable String verifiedBy) {}

  private final HttpClient client;
  private final RemoteOptions options;
  private final StallGuard guard;
  private final URI url;
  private final Path target;
  private final int connections;
  private final AtomicLong doneBytes;

  /**
   * @param target the new file; an existing one is replaced
   * @param connections the most that are used at a time
   * @param doneBytes counts the bytes that are on the disk
   */
  Download(
      HttpClient client,
      RemoteOptions options,
      StallGuard guard,
      URI url,
      Path target,
      int connections,
      AtomicLong doneBytes) {
    this.client = client;
    this.options = options;
    this.guard = guard;
    this.url = url;
    this.target = target;
    this.connections = connections;
    this.doneBytes = doneBytes;
  }

  /**
   * What the server says of the file.
   *
   * @param sizeBytes -1 if it is not known
   * @param entityTag that is strong, or empty
   * @param ranges whether pieces can be requested
   */
  record Remote(long sizeBytes, String entityTag, boolean ranges, String reprDigest) {
    boolean hasPieces() {
      return ranges && !entityTag.isEmpty() && sizeBytes > 0;
    }
  }

  /** Asks the server for the file's size and version. */
  Remote look() throws Failed, InterruptedException {
    return options.retrying(() -> head(options.request(url)));
  }

  private Remote head(HttpRequest.Builder request)
      throws Failed, IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            request.header("Accept-Encoding", "identity").HEAD().build(), BodyHandlers.ofString());
    RemoteOptions.requireSuccess(response, "");
    String tag = response.headers().firstValue("ETag").orElse("");
    return new Remote(
        response.headers().firstValueAsLong("Content-Length").orElse(-1),
        tag.startsWith("\"") ? tag : "",
        response.headers().firstValue("Accept-Ranges").orElse("").equalsIgnoreCase("bytes"),
        response.headers().firstValue("Repr-Digest").orElse(""));
  }

  /**
   * Downloads the file.
   *
   * @param requiresDigest whether a file without a digest is not kept
   */
  Downloaded run(Remote remote, boolean requiresDigest)
      throws Failed, IOException, InterruptedException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Path state = target.resolveSibling(target.getFileName() + ".part.state");
    try (FileChannel file =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (remote.hasPieces()) {
        new Pieces(remote, file, state).run();
      } else {
        options.retrying(() -> whole(file));
      }
      String sha256 = sha256(file);
      String verifiedBy = verify(remote, sha256, requiresDigest);
      file.force(true);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Files.deleteIfExists(state);
      return new Downloaded(sha256, verifiedBy);
    } catch (Wrong wrong) {
      Files.deleteIfExists(state);
      Files.deleteIfExists(part);
      throw new Failed(String.valueOf(wrong.getMessage()));
    }
  }

  /** The part is not one of the file as it is now. */
  private static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1;

    Wrong(String why) {
      super(why);
    }
  }

  /** Downloads a file whose version or size is not known: from its start. */
  private boolean whole(FileChannel file) throws Failed, IOException, InterruptedException {
    HttpRequest request = options.request(url).header("Accept-Encoding", "identity").build();
    HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      RemoteOptions.requireSuccess(response, "");
      file.truncate(0);
      long _ = copy(body, file, 0, new AtomicLong());
      return true;
    }
  }

  /**
   * Copies a body into the file; returns its length.
   *
   * @param counted by how much the progress has grown
   */
  private long copy(InputStream body, FileChannel file, long offset, AtomicLong counted)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long position = offset;
    guard.progress(body);
    try {
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        guard.progress(body);
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
        while (bytes.hasRemaining()) {
          position += file.write(bytes, position);
        }
        doneBytes.addAndGet(n);
        counted.addAndGet(n);
      }
      return position - offset;
    } finally {
      guard.forget(body);
    }
  }

  /** The pieces of one file, and which of them are on the disk. */
  private final class Pieces {
    private final Remote remote;
    private final FileChannel file;
    private final Path state;
    private final BitSet done = new BitSet();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    Pieces(Remote remote, FileChannel file, Path state) {
      this.remote = remote;
      this.file = file;
      this.state = state;
    }

    void run() throws Failed, IOException, InterruptedException {
      load();
      int count = (int) ((remote.sizeBytes + PIECE_BYTES - 1) / PIECE_BYTES);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < Math.min(connections, count - done.cardinality()); i++) {
        threads.add(Thread.ofPlatform().name("millrace-get-" + i).start(() -> fetch(count)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      Exception first = failure.get();
      if (first == null) {
        return;
      }
      switch (first) {
        case Failed failed -> throw failed;
        case IOException failed -> throw failed;
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException defect -> throw defect;
        case Exception other -> throw new IllegalStateException(other);
      }
    }

    /** Uses what an earlier run has left, if it is of the same version. */
    private void load() throws IOException {
      List<String> lines =
          Files.exists(state) ? Files.readAllLines(state, StandardCharsets.UTF_8) : List.of();
      if (lines.size() == 2 && lines.getFirst().equals(version()) && file.size() > 0) {
        for (String piece : lines.get(1).split(" ", -1)) {
          if (piece.matches("\\d{1,9}")) {
            done.set(Integer.parseInt(piece));
          }
        }
      }
      if (done.isEmpty()) {
        file.truncate(0); // it is of another version
      }
      for (int i = done.nextSetBit(0); i >= 0; i = done.nextSetBit(i + 1)) {
        doneBytes.addAndGet(length(i));
      }
    }

    private String version() {
      return remote.sizeBytes + " " + remote.entityTag + " " + url;
    }

    private long length(int piece) {
      return Math.min(PIECE_BYTES, remote.sizeBytes - piece * PIECE_BYTES);
    }

    private void fetch(int count) {
      try {
        for (int piece = next.getAndIncrement();
            piece < count && failure.get() == null;
            piece = next.getAndIncrement()) {
          int number = piece;
          if (!isDone(number)) {
            boolean _ = options.retrying(() -> fetchOne(number));
            save(number);
          }
        }
      } catch (Exception failed) {
        failure.compareAndSet(null, failed);
      }
    }

    private synchronized boolean isDone(int piece) {
      return done.get(piece);
    }

    private boolean fetchOne(int piece) throws Failed, IOException, InterruptedException {
      long from = piece * PIECE_BYTES;
      long length = length(piece);
      HttpRequest request =
          options
              .request(url)
              .header("Accept-Encoding", "identity")
              .header("Range", "bytes=" + from + "-" + (from + length - 1))
              .header("If-Match", remote.entityTag)
              .build();
      AtomicLong counted = new AtomicLong();
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() == 412) {
          throw new Wrong("the file has changed on the server: start again");
        }
        RemoteOptions.requireSuccess(response, "");
        String range = response.headers().firstValue("Content-Range").orElse("");
        if (response.statusCode() != 206 || !range.startsWith("bytes " + from + "-")) {
          throw new Wrong("the server has not sent the requested part of the file");
        }
        long n = copy(body, file, from, counted);
        if (n != length) {
          throw new Transient("the connection has ended early");
        }
        return true;
      } catch (IOException lost) {
        doneBytes.addAndGet(-counted.get());
        throw lost;
      }
    }

    private synchronized void save(int piece) throws IOException {
      done.set(piece);
      StringBuilder text = new StringBuilder(version()).append('\n');
      done.stream().forEach(i -> text.append(i).append(' '));
      Path written = state.resolveSibling(state.getFileName() + ".new");
      Files.writeString(written, text.append('\n').toString());
      Files.move(written, state, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  // ---- the digest ------------------------------------------------------------------------------

  private static String sha256(FileChannel file) throws IOException {
    MessageDigest digest = Algorithm.SHA_256.start();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    for (long at = 0; ; ) {
      buffer.clear();
      int n = file.read(buffer, at);
      if (n < 0) {
        return HexFormat.of().formatHex(digest.digest());
      }
      digest.update(buffer.flip());
      at += n;
    }
  }

  /** Compares the digest with that of the server; returns where that came from, or null. */
  private @Nullable String verify(Remote remote, String sha256, boolean requiresDigest)
      throws Failed, InterruptedException {
    String expected = ofReprDigest(remote.reprDigest);
    String source = "Repr-Digest";
    if (expected == null) {
      HttpRequest.Builder wanting = options.request(url).header("Want-Repr-Digest", "sha-256=10");
      expected = ofReprDigest(options.retrying(() -> head(wanting)).reprDigest);
    }
    if (expected == null) {
      source = "checksum file";
      expected = options.retrying(this::checksumFile);
    }
    if (expected.isEmpty()) {
      if (requiresDigest) {
        throw new Wrong("the server has no SHA-256 of the file");
      }
      return null;
    }
    if (!expected.equals(sha256)) {
      throw new Wrong("has the SHA-256 " + sha256 + ", and not that of the server, " + expected);
    }
    return source;
  }

  private static @Nullable String ofReprDigest(String field) {
    Matcher value = SHA_256.matcher(field);
    return value.find()
        ? HexFormat.of().formatHex(Base64.getDecoder().decode(value.group(1)))
        : null;
  }

  /** The digest in {@code URL.sha256}, or empty. */
  private String checksumFile() throws IOException, InterruptedException {
    URI sidecar = URI.create(url.toString().replaceFirst("[?#].*", "") + ".sha256");
    HttpResponse<String> response =
        client.send(options.request(sidecar).build(), BodyHandlers.ofString());
    String word = response.body().strip().split("\\s", 2)[0].toLowerCase(Locale.ROOT);
    return response.statusCode() == 200 && word.matches("[0-9a-f]{64}") ? word : "";
  }
}
