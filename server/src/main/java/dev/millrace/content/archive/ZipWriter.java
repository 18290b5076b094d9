package dev.millrace.content.archive;

import dev.millrace.content.archive.ArchiveWalk.Item;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The zip format, with sizes after the content, and zip64 where that is necessary. */
final class ZipWriter implements ArchiveWriter {
  private static final LocalDateTime FIRST = LocalDateTime.of(1980, 1, 1, 0, 0);
  private static final LocalDateTime LAST = LocalDateTime.of(2107, 12, 31, 23, 59, 58);

  private final ZipOutputStream out;

  ZipWriter(OutputStream out) {
    this.out = new ZipOutputStream(out, StandardCharsets.UTF_8);
  }

  @Override
  public void begin(Item item) throws IOException {
    String name = new String(item.path(), StandardCharsets.UTF_8);
    ZipEntry entry = new ZipEntry(item.directory() ? name + "/" : name);
    entry.setTimeLocal(modified(item.stat().modifiedSeconds())); // the same in each time zone
    out.putNextEntry(entry);
  }

  private static LocalDateTime modified(long epochSeconds) {
    long first = FIRST.toEpochSecond(ZoneOffset.UTC);
    long last = LAST.toEpochSecond(ZoneOffset.UTC);
    return LocalDateTime.ofEpochSecond(Math.clamp(epochSeconds, first, last), 0, ZoneOffset.UTC);
  }

  @Override
  public void write(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
  }

  @Override
  public void end(Item item) throws IOException {
    out.closeEntry();
  }

  @Override
  public void finish() throws IOException {
    out.close();
  }
}
