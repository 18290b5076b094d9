package dev.millrace.acme;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A directory shared by the replicas of a server: the replica that orders a certificate writes the
 * responses to its HTTP-01 challenges, one file a token, and any replica can send them.
 */
public final class Http01Folder {
  /** The bound is the longest file name; authorities use 43 characters. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,255}");

  /** A token, a dot and a key's thumbprint of 43 characters. */
  private static final int MAX_ANSWER_BYTES = 1024;

  private final Path folder;

  Http01Folder(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads the response to a challenge. May wait for a disk or a network file system.
   *
   * @param token the last segment of the requested path, unchecked
   * @return the body of the response, or null if the token is unknown or is none
   * @throws IOException if the directory cannot be read
   */
  public static @Nullable String answer(Path folder, String token) throws IOException {
    if (!TOKEN.matcher(token).matches()) {
      return null;
    }
    Path file = folder.resolve(token);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return new String(in.readNBytes(MAX_ANSWER_BYTES), StandardCharsets.US_ASCII);
    }
  }

  /** Writes a response. */
  void put(String token, String keyAuthorization) throws IOException {
    AtomicFile.write(
        file(token), keyAuthorization.getBytes(StandardCharsets.US_ASCII), AtomicFile.READABLE);
  }

  /** Removes a response, if it is there. */
  void remove(String token) throws IOException {
    Files.deleteIfExists(file(token));
  }

  /** The token comes from the authority, which must not choose a file outside of the directory. */
  private Path file(String token) throws IOException {
    if (!TOKEN.matcher(token).matches()) {
      throw new IOException("the authority's token is not base64url");
    }
    return folder.resolve(token);
  }
}
