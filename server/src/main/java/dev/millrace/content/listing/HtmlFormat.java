package dev.millrace.content.listing;

import dev.millrace.content.listing.ListingQuery.Sort;
import dev.millrace.digest.Algorithm;
import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.http.semantics.HttpDate;
import dev.millrace.text.ByteUnits;
import dev.millrace.text.HtmlText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The listing as an HTML table: no scripts, headings that sort, a path with links, the system's
 * colours.
 */
final class HtmlFormat implements Listing.Format {
  private static final List<String> ARCHIVES = List.of("tar", "tar.gz", "tar.zst", "zip");
  private static final String STYLE = resource("listing.css");

  /** Allows only the page's own style, even if a file name injects markup. */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; style-src 'sha256-"
          + Base64.getEncoder()
              .encodeToString(
                  Algorithm.SHA_256.start().digest(STYLE.getBytes(StandardCharsets.UTF_8)))
          + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static String resource(String name) {
    try (InputStream in = HtmlFormat.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private final boolean archives;
  private final boolean uploads;

  /**
   * @param archives whether the page has links to archives
   * @param uploads whether the page has a form for uploads
   */
  HtmlFormat(boolean archives, boolean uploads) {
    this.archives = archives;
    this.uploads = uploads;
  }

  @Override
  public void begin(StringBuilder out, Listing.Page page) {
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    HtmlText.escape(out, page.path());
    out.append("</title>\n<style>").append(STYLE).append("</style>\n</head>\n<body>\n");
    breadcrumb(out, page.path());
    out.append("<main>\n<table>\n<thead>\n<tr>");
    heading(out, page.query(), Sort.NAME, "Name");
    heading(out, page.query(), Sort.SIZE, "Size");
    heading(out, page.query(), Sort.TIME, "Modified (UTC)");
    out.append("</tr>\n</thead>\n<tbody>\n");
    if (!page.path().equals("/")) {
      out.append("<tr class=\"d\"><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
  }

  /** Links each part of the path to its directory, relative to the current one. */
  private static void breadcrumb(StringBuilder out, String path) {
    String[] parts = path.equals("/") ? new String[0] : path.substring(1).split("/", -1);
    int depth = parts.length - 1; // the part after the last slash is empty
    out.append("<nav aria-label=\"Path\"><h1>");
    if (depth <= 0) {
      out.append("Index of <bdi>/</bdi>");
    } else {
      out.append("<a href=\"").append("../".repeat(depth)).append("\">/</a>");
    }
    for (int i = 0; i < depth; i++) {
      boolean last = i == depth - 1;
      if (last) {
        out.append(" <bdi aria-current=\"page\">");
      } else {
        out.append(" <a href=\"").append("../".repeat(depth - 1 - i)).append("\"><bdi>");
      }
      HtmlText.escape(out, parts[i]);
      out.append(last ? "</bdi>" : "</bdi></a>").append("<span>/</span>");
    }
    out.append("</h1></nav>\n");
  }

  private static void heading(StringBuilder out, ListingQuery query, Sort sort, String text) {
    out.append("<th scope=\"col\"");
    if (query.sort() == sort) {
      out.append(" aria-sort=\"")
          .append(query.descending() ? "descending" : "ascending")
          .append('"');
    }
    out.append("><a href=\"");
    HtmlText.escape(out, query.sortedBy(sort));
    out.append("\">").append(text).append("</a></th>");
  }

  @Override
  public void entry(StringBuilder out, DirectoryEntry entry, boolean first) {
    out.append(entry.isDirectory() ? "<tr class=\"d\"><td>" : "<tr><td>");
    out.append("<a href=\"");
    HtmlText.escape(out, entry.reference());
    out.append("\"><bdi>");
    HtmlText.escape(out, entry.text());
    out.append(entry.isDirectory() ? "</bdi>/</a></td><td>" : "</bdi></a></td><td>");
    FileStat stat = entry.stat();
    if (stat != null && !entry.isDirectory()) {
      out.append("<data value=\"").append(stat.sizeBytes()).append("\">");
      out.append(ByteUnits.format(stat.sizeBytes())).append("</data>");
    }
    out.append("</td><td>");
    if (stat != null) {
      modified(out, stat.modifiedSeconds());
    }
    out.append("</td></tr>\n");
  }

  /** A time beyond four-digit years is written as touch(1) reads it: seconds after an at sign. */
  private static void modified(StringBuilder out, long epochSeconds) {
    if (HttpDate.exists(epochSeconds)) {
      Instant instant = Instant.ofEpochSecond(epochSeconds);
      out.append("<time datetime=\"").append(instant).append("\">");
      out.append(TIME.format(instant)).append("</time>");
    } else {
      out.append('@').append(epochSeconds);
    }
  }

  @Override
  public void end(StringBuilder out, Listing.Page page) {
    out.append("</tbody>\n</table>\n");
    if (uploads) {
      out.append("<form method=\"post\" enctype=\"multipart/form-data\">\n")
          .append("<label>Upload files: <input type=\"file\" name=\"file\" multiple required>")
          .append("</label>\n<button>Upload</button>\n</form>\n");
    }
    out.append("</main>\n<footer>");
    ListingQuery query = page.query();
    if (page.shown() == page.total()) {
      out.append("<span>").append(page.total()).append(page.total() == 1 ? " entry" : " entries");
      out.append("</span>");
    } else {
      int from = Math.min(query.offset(), page.total());
      out.append("<span>").append(page.shown() == 0 ? from : from + 1).append('–');
      out.append(from + page.shown()).append(" of ").append(page.total()).append("</span>");
      if (from > 0) {
        link(out, "prev", query.at(Math.max(0, from - query.limit())), "Previous");
      }
      if (from + page.shown() < page.total()) {
        link(out, "next", query.at(from + page.shown()), "Next");
      }
    }
    if (archives) {
      out.append("<span>Download all:");
      for (String format : ARCHIVES) {
        out.append(' ');
        link(out, "nofollow", "?archive=" + format, format);
      }
      out.append("</span>");
    }
    out.append("</footer>\n</body>\n</html>\n");
  }

  private static void link(StringBuilder out, String relation, String href, String text) {
    out.append("<a rel=\"").append(relation).append("\" href=\"");
    HtmlText.escape(out, href);
    out.append("\">").append(text).append("</a>");
  }
}
