package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.digest.Algorithm;
import dev.millrace.server.Answered;
import dev.millrace.server.Await;
import dev.millrace.server.Programs.Served;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One resumable upload goes on while its server is killed: no confirmed byte is lost, and the file
 * has the digest. {@code -Duploads.kills=500} sets how often.
 */
class KilledPartsTest {
  private static final int KILLS = Integer.getInteger("uploads.kills", 4);
  private static final int PART = 10_000;

  @TempDir Path directory;

  private final byte[] content = new byte[16 << 20];
  private String location = "";
  private volatile long confirmed = -1;
  private volatile boolean complete;

  @Test
  void noConfirmedByteIsLost() throws Exception {
    new SplittableRandom(5).nextBytes(content);
    Path in = Files.createDirectories(directory.resolve("root/in"));
    Path config =
        Files.writeString(directory.resolve("millrace.yaml"), "write: [{path: /in, anyone: on}]\n");
    Random random = new Random(1);
    for (int kill = 0; kill <= KILLS; kill++) {
      try (Served served =
          Served.start(List.of(), "--config=" + config, directory.resolve("root").toString())) {
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", served.port());
        boolean last = kill == KILLS;
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long before = confirmed;
        Thread client = Thread.ofPlatform().start(() -> upload(address, last, failure));
        if (!last) {
          Await.until(() -> confirmed > before || failure.get() != null);
          Thread.sleep(random.nextInt(60)); // the kill hits any moment
          served.process().destroyForcibly();
        }
        client.join();
        assertEquals(null, failure.get());
        assertEquals(last, complete);
      }
    }
    assertArrayEquals(content, Files.readAllBytes(in.resolve("f")));
  }

  private void upload(InetSocketAddress address, boolean last, AtomicReference<Throwable> failure) {
    try {
      String digest = Base64.getEncoder().encodeToString(Algorithm.SHA_256.start().digest(content));
      if (location.isEmpty()) {
        Answered created =
            send(
                address,
                "PUT",
                "/in/f",
                new byte[0],
                "Repr-Digest: sha-256=:" + digest + ":\r\nUpload-Complete: ?0");
        assertEquals(201, created.status(), created.text());
        location = created.field("location");
        confirmed = 0;
      }
      Answered state = send(address, "HEAD", location, new byte[0], "X: y");
      assertEquals(204, state.status());
      long offset = Long.parseLong(state.field("upload-offset"));
      assertTrue(offset >= confirmed, offset + " of " + confirmed);
      while (offset < content.length) {
        int n =
            (int) (last ? content.length - offset : Math.min(PART, content.length - 1 - offset));
        byte[] part = new byte[n];
        System.arraycopy(content, (int) offset, part, 0, n);
        Answered appended =
            send(
                address,
                "PATCH",
                location,
                part,
                "Content-Type: application/partial-upload\r\nUpload-Offset: "
                    + offset
                    + "\r\nUpload-Complete: "
                    + (last ? "?1" : "?0"));
        assertEquals(last ? 201 : 204, appended.status(), appended.text());
        offset += n;
        confirmed = offset;
        complete = last;
      }
    } catch (IOException killed) {
      // The server has ended.
    } catch (Exception | AssertionError failed) {
      failure.compareAndSet(null, failed);
    }
  }

  private static Answered send(
      InetSocketAddress address, String method, String target, byte[] body, String fields)
      throws Exception {
    return Answered.raw(
        address,
        method
            + " "
            + target
            + " HTTP/1.1\r\nHost: test\r\nContent-Length: "
            + body.length
            + "\r\n"
            + fields
            + "\r\n\r\n"
            + new String(body, StandardCharsets.ISO_8859_1));
  }
}
