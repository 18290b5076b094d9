package dev.millrace.content.archive;

import dev.millrace.content.archive.ArchiveWalk.Item;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The tar format of POSIX.1-2001 (pax): headers of ustar, preceded by an extended header where a
 * name is long, a file is large, or a time does not fit. Owner and group are root.
 */
final class TarWriter implements ArchiveWriter {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int MAX_OCTAL_DIGITS = 11;
  private static final byte[] ZEROS = new byte[BLOCK];

  private final OutputStream out;

  TarWriter(OutputStream out) {
    this.out = out;
  }

  /** The length of an item in the archive. */
  static long length(Item item) {
    return headers(item).length + item.sizeBytes() + padding(item);
  }

  /** The length of what follows the last item. */
  static long endLength() {
    return 2L * BLOCK;
  }

  private static int padding(Item item) {
    return (int) ((BLOCK - item.sizeBytes() % BLOCK) % BLOCK);
  }

  @Override
  public void begin(Item item) throws IOException {
    out.write(headers(item));
  }

  @Override
  public void write(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
  }

  @Override
  public void end(Item item) throws IOException {
    out.write(ZEROS, 0, padding(item));
  }

  @Override
  public void finish() throws IOException {
    out.write(ZEROS);
    out.write(ZEROS);
    out.close();
  }

  private static byte[] headers(Item item) {
    byte[] name =
        item.directory() ? Arrays.copyOf(item.path(), item.path().length + 1) : item.path();
    if (item.directory()) {
      name[name.length - 1] = '/';
    }
    long size = item.sizeBytes();
    long modified = item.stat().modifiedSeconds();
    ByteArrayOutputStream extended = new ByteArrayOutputStream();
    if (name.length > NAME_BYTES) {
      record(extended, "path", name);
    }
    if (!fits(size)) {
      record(extended, "size", Long.toString(size).getBytes(StandardCharsets.US_ASCII));
    }
    if (!fits(modified)) {
      record(extended, "mtime", Long.toString(modified).getBytes(StandardCharsets.US_ASCII));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(BLOCK);
    if (extended.size() > 0) {
      byte[] records = extended.toByteArray();
      byte[] of = "pax-header".getBytes(StandardCharsets.US_ASCII);
      all.writeBytes(header(of, 'x', 0644, records.length, 0));
      all.writeBytes(records);
      all.write(ZEROS, 0, (BLOCK - records.length % BLOCK) % BLOCK);
    }
    all.writeBytes(
        header(
            name,
            item.directory() ? '5' : '0',
            item.directory() ? 0755 : 0644,
            fits(size) ? size : 0,
            fits(modified) ? modified : 0));
    return all.toByteArray();
  }

  private static boolean fits(long number) {
    return number >= 0 && number < 1L << (3 * MAX_OCTAL_DIGITS);
  }

  /** A record has its own length, which counts its own digits. */
  private static void record(ByteArrayOutputStream to, String key, byte[] value) {
    int rest = key.length() + value.length + 3; // a space, an equals sign and a line end
    int length = rest + Integer.toString(rest).length();
    if (Integer.toString(length).length() + rest != length) {
      length = rest + Integer.toString(length).length();
    }
    to.writeBytes((length + " " + key + "=").getBytes(StandardCharsets.US_ASCII));
    to.writeBytes(value);
    to.write('\n');
  }

  private static byte[] header(byte[] name, char type, int mode, long size, long modified) {
    byte[] header = new byte[BLOCK];
    System.arraycopy(name, 0, header, 0, Math.min(NAME_BYTES, name.length));
    octal(header, 100, 7, mode);
    octal(header, 108, 7, 0);
    octal(header, 116, 7, 0);
    octal(header, 124, MAX_OCTAL_DIGITS, size);
    octal(header, 136, MAX_OCTAL_DIGITS, modified);
    header[156] = (byte) type;
    ascii(header, 257, "ustar\00000");
    ascii(header, 265, "root");
    ascii(header, 297, "root");
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 6, sum);
    header[154] = 0;
    return header;
  }

  private static void octal(byte[] header, int at, int digits, long number) {
    ascii(header, at, String.format("%0" + digits + "o", number));
  }

  private static void ascii(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
