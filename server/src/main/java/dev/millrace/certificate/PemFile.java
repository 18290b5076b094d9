package dev.millrace.certificate;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a PEM file (RFC 7468). Text between blocks is ignored. Works on bytes, because a
 * String cannot be overwritten; closing overwrites what the blocks contain.
 */
final class PemFile implements AutoCloseable {
  private static final byte[] BEGIN = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "-----END ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DASHES = "-----".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LEGACY = "Proc-Type: 4,ENCRYPTED".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /**
   * One block.
   *
   * @param label the text after BEGIN, as in {@code RSA PRIVATE KEY}
   * @param der the decoded content; empty if it has the legacy encryption
   * @param isLegacyEncrypted whether it has the header of OpenSSL's legacy encryption (RFC 1421)
   */
  record Block(String label, SecretBytes der, boolean isLegacyEncrypted) {}

  private final Path file;
  private final byte[] text;
  private final List<Block> blocks = new ArrayList<>();

  /** The base64 of the present block without white space. */
  private final byte[] base64;

  private int base64Length;
  private @Nullable String label;
  private int beginLine;
  private boolean isLegacyEncrypted;

  private PemFile(byte[] text, Path file) {
    this.text = text;
    this.file = file;
    this.base64 = new byte[text.length];
  }

  /**
   * Parses a file.
   *
   * @param text its content, which the caller overwrites
   * @param file for messages
   */
  static PemFile parse(byte[] text, Path file) throws BadCertificateException {
    PemFile parsed = new PemFile(text, file);
    try {
      parsed.lines();
      return parsed;
    } catch (BadCertificateException malformed) {
      parsed.close();
      throw malformed;
    } finally {
      Arrays.fill(parsed.base64, (byte) 0);
    }
  }

  private void lines() throws BadCertificateException {
    int from = startsWith(BYTE_ORDER_MARK, 0, text.length) ? BYTE_ORDER_MARK.length : 0;
    for (int line = 1; from < text.length; line++) {
      int to = from;
      while (to < text.length && text[to] != '\n') {
        to++;
      }
      int next = to + 1;
      while (to > from && text[to - 1] <= ' ' && text[to - 1] >= 0) {
        to--;
      }
      line(line, from, to);
      from = next;
    }
    if (label != null) {
      throw incomplete();
    }
  }

  private void line(int number, int from, int to) throws BadCertificateException {
    String begun = boundary(BEGIN, from, to);
    if (label == null) {
      label = begun;
      beginLine = number;
      base64Length = 0;
      isLegacyEncrypted = false;
      return;
    }
    String ended = boundary(END, from, to);
    if (begun != null || (ended != null && !ended.equals(label))) {
      throw incomplete();
    }
    if (ended != null) {
      blocks.add(new Block(label, decode(label), isLegacyEncrypted));
      label = null;
    } else if (startsWith(LEGACY, from, to)) {
      isLegacyEncrypted = true;
    } else {
      for (int i = from; i < to; i++) {
        if (text[i] != ' ' && text[i] != '\t') {
          base64[base64Length++] = text[i];
        }
      }
    }
  }

  private BadCertificateException incomplete() {
    return new BadCertificateException(
        file,
        "the block "
            + label
            + " that begins in line "
            + beginLine
            + " has no END line; the file is incomplete, copy it again");
  }

  private SecretBytes decode(String type) throws BadCertificateException {
    if (isLegacyEncrypted) {
      return new SecretBytes(new byte[0]);
    }
    byte[] exact = Arrays.copyOf(base64, base64Length);
    try {
      return new SecretBytes(Base64.getDecoder().decode(exact));
    } catch (IllegalArgumentException malformed) {
      // The cause is left out: its message may quote the key.
      throw new BadCertificateException(
          file,
          "the block "
              + type
              + " that begins in line "
              + beginLine
              + " is not valid base64; copy the file again");
    } finally {
      Arrays.fill(exact, (byte) 0);
    }
  }

  /** The label of a BEGIN or END line; null for other lines. */
  private @Nullable String boundary(byte[] prefix, int from, int to) {
    int labelFrom = from + prefix.length;
    int labelTo = to - DASHES.length;
    if (labelTo < labelFrom || !startsWith(prefix, from, to) || !startsWith(DASHES, labelTo, to)) {
      return null;
    }
    return new String(text, labelFrom, labelTo - labelFrom, StandardCharsets.US_ASCII);
  }

  private boolean startsWith(byte[] prefix, int from, int to) {
    return to - from >= prefix.length
        && Arrays.equals(text, from, from + prefix.length, prefix, 0, prefix.length);
  }

  /** All blocks in the order of the file. */
  List<Block> blocks() {
    return List.copyOf(blocks);
  }

  @Override
  public void close() {
    blocks.forEach(block -> block.der().close());
  }
}
