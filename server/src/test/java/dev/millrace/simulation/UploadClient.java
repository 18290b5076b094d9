package dev.millrace.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A client that uploads a file again and again, with and without a digest, right or wrong, and
 * breaks off. Looks at the file itself after each answer: it has the old content or the new one,
 * whole.
 */
final class UploadClient extends Client {
  private static final int[] LENGTHS = {0, 1, 100, 4096, 20_000, 70_000, 200_000};

  /** For a client that pauses, or whose wake-ups are lost. */
  private static final int TOO_SLOW = 408;

  private final Path file;
  private final String target;
  private final ResponseParser parser = new ResponseParser();
  private int left = 1 + random.nextInt(4);
  private byte @Nullable [] before;
  private byte @Nullable [] sent;
  private boolean right;
  private boolean slow;

  UploadClient(ServerDay day, int number, SplittableRandom random, Pipe pipe, Path directory) {
    super(day, number, random, pipe);
    this.file = directory.resolve("upload" + number);
    this.target = "/in/upload" + number;
  }

  @Override
  void think() {
    if (sent != null) {
      return;
    }
    if (left == 0) {
      finish();
      return;
    }
    left--;
    byte[] content = new byte[LENGTHS[random.nextInt(LENGTHS.length)]];
    random.nextBytes(content);
    sent = content;
    right = random.nextInt(4) > 0;
    byte[] request = request(content);
    if (random.nextInt(6) == 0) {
      left = -1;
      request = Arrays.copyOf(request, random.nextInt(request.length));
    }
    send(request);
  }

  private byte[] request(byte[] content) {
    StringBuilder head = new StringBuilder("PUT " + target + " HTTP/1.1\r\nHost: test.example\r\n");
    if (!right || random.nextBoolean()) {
      head.append("Repr-Digest: sha-256=:").append(sha256(right ? content : new byte[] {1}));
      head.append(":\r\n");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (random.nextBoolean()) {
      head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
      bytes.writeBytes(ascii(head.toString()));
      bytes.writeBytes(content);
    } else {
      bytes.writeBytes(ascii(head.append("Transfer-Encoding: chunked\r\n\r\n").toString()));
      for (int at = 0; at < content.length; ) {
        int n = Math.min(content.length - at, 1 + random.nextInt(50_000));
        bytes.writeBytes(ascii(Integer.toHexString(n) + "\r\n"));
        bytes.write(content, at, n);
        bytes.writeBytes(ascii("\r\n"));
        at += n;
      }
      bytes.writeBytes(ascii("0\r\n\r\n"));
    }
    return bytes.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String sha256(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Override
  void take(byte[] bytes, int length) throws IOException {
    int at = 0;
    while (at < length) {
      if (sent == null) {
        wrong("bytes that answer nothing");
        return;
      }
      at += parser.take(bytes, at, length, false);
      if (parser.isDone()) {
        answered(parser.status());
        parser.next();
      }
    }
  }

  private void answered(int status) throws IOException {
    byte[] now = content();
    if (status == 201 || status == 204) {
      if (!right) {
        wrong("a wrong digest was accepted");
      } else if (!Arrays.equals(now, sent)) {
        wrong("the file has another content than was uploaded");
      }
      before = sent;
    } else {
      boolean refused = !right && status >= 400 && status < 500;
      slow |= status == TOO_SLOW;
      if (!refused && !slow && !(day.answers().mayFail() && status >= 500)) {
        wrong("status " + status + " " + parser.fields());
      }
      if (!Arrays.equals(now, before)) {
        wrong("a refused upload has changed the file");
      }
    }
    sent = null;
  }

  private byte @Nullable [] content() throws IOException {
    return Files.exists(file) ? Files.readAllBytes(file) : null;
  }

  @Override
  void over(boolean broken) {
    if ((left > 0 || sent != null) && left >= 0 && !slow && !day.answers().mayFail()) {
      wrong("the connection ended early" + (broken ? ", broken" : ""));
    }
    byte[] last = sent;
    day.atTheEnd(() -> checkWhole(last));
  }

  /** An upload without an answer is there as a whole, or not at all. */
  private void checkWhole(byte @Nullable [] last) {
    try {
      byte[] now = content();
      if (!Arrays.equals(now, before) && !(right && Arrays.equals(now, last))) {
        wrong("the file is neither the old one nor the new one");
      }
    } catch (IOException failed) {
      wrong("cannot read the file: " + failed);
    }
  }

  /** A client that has sent a part of a request leaves. */
  @Override
  boolean leavesWhenSent() {
    return left < 0;
  }

  @Override
  String state() {
    return "uploads, " + left + " to send" + (sent == null ? "" : ", waits");
  }
}
