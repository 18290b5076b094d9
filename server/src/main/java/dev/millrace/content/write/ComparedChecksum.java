package dev.millrace.content.write;

import dev.millrace.content.MountContext;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.DigestSource;
import dev.millrace.digest.Digests;
import dev.millrace.files.OpenFile;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The upload of a checksum file, as {@code app.jar.sha1}, that the server makes itself: its digest
 * is compared with that of the file, and nothing is stored. So the uploads of Maven and Gradle
 * verify the file that they follow. Loop thread only.
 */
final class ComparedChecksum implements AutoCloseable {
  private final MountContext mount;
  private final OpenFile original;
  private final Algorithm algorithm;

  /**
   * @param original the file of which the body has a digest; owned by this object
   */
  ComparedChecksum(MountContext mount, OpenFile original, Algorithm algorithm) {
    this.mount = mount;
    this.original = original;
    this.algorithm = algorithm;
  }

  /** Compares the body with the file's digest, which may have to be computed. */
  void compare(
      HttpServerExchange exchange, ByteBuffer body, Runnable equal, Consumer<Throwable> failed) {
    String text = StandardCharsets.ISO_8859_1.decode(body).toString().strip();
    String sent = text.split("\\s", 2)[0].toLowerCase(Locale.ROOT);
    if (!sent.matches("[0-9a-f]{" + 2 * algorithm.lengthBytes() + "}")) {
      failed.accept(
          new WriteException(
              StatusCodes.BAD_REQUEST,
              "a file with this name begins with a digest of "
                  + 2 * algorithm.lengthBytes()
                  + " hexadecimal digits"));
      return;
    }
    mount
        .digests()
        .require(
            original,
            Set.of(algorithm),
            mount
                .failures()
                .digestCallback(
                    exchange,
                    digests -> decide(digests, sent, equal, failed),
                    why -> failed.accept(unavailable(why))));
  }

  private void decide(Digests digests, String sent, Runnable equal, Consumer<Throwable> failed) {
    String computed = String.valueOf(digests.hex(algorithm));
    if (computed.equals(sent)) {
      equal.run();
      return;
    }
    failed.accept(
        new WriteException(
                StatusCodes.CONFLICT, "the file that is stored does not have this digest")
            .as(WriteStats.Outcome.MISMATCH)
            .with("algorithm", algorithm.suffix())
            .with("expected", sent)
            .with("computed", computed));
  }

  private static WriteException unavailable(DigestSource.Unavailable why) {
    return switch (why) {
      case BUSY ->
          new WriteException(StatusCodes.SERVICE_UNAVAILABLE, "too many files are being hashed");
      case CHANGED ->
          new WriteException(StatusCodes.CONFLICT, "the file changes while it is hashed");
      case UNREADABLE ->
          new WriteException(StatusCodes.INTERNAL_SERVER_ERROR, "the file cannot be read");
    };
  }

  @Override
  public void close() {
    original.close();
  }
}
