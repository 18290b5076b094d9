package dev.millrace.certificate;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The password of a key: the first line of a file in UTF-8. Closing overwrites it with zeros. */
final class Password implements AutoCloseable {
  private final char[] chars;

  private Password(char[] chars) {
    this.chars = chars;
  }

  /** Reads the password file; null if there is none. */
  static @Nullable Password read(@Nullable Path file) throws BadCertificateException {
    if (file == null) {
      return null;
    }
    try (SecretBytes bytes = SecretBytes.read(file)) {
      byte[] all = bytes.array();
      int length = 0;
      while (length < all.length && all[length] != '\n' && all[length] != '\r') {
        length++;
      }
      // An array as large as the bytes: a decoder that grows its buffer leaves copies behind.
      CharBuffer decoded = CharBuffer.allocate(length);
      try {
        CoderResult result =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(all, 0, length), decoded, true);
        if (result.isError()) {
          result.throwException();
        }
        return new Password(Arrays.copyOf(decoded.array(), decoded.position()));
      } catch (CharacterCodingException malformed) {
        throw new BadCertificateException(
            file, "the password is not UTF-8; write it again as UTF-8", malformed);
      } finally {
        Arrays.fill(decoded.array(), '\0');
      }
    }
  }

  /** The characters themselves, not a copy. */
  char[] chars() {
    return chars;
  }

  @Override
  public void close() {
    Arrays.fill(chars, '\0');
  }
}
