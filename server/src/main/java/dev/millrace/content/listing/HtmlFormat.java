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
import java.util.regex.Pattern;

/**
 * The listing as an HTML table: no scripts, headings that sort, a path with links, a filter, the
 * system's colours.
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
          + "'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

  /** Media types of packed files. */
  private static final Pattern ARCHIVE =
      Pattern.compile("zip|tar|compressed|gzip|zstd|x-xz|x-bzip|iso|rpm|debian|java-archive");

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

  private final ListingLook look;
  private final Listing.Knowledge knowledge;

  HtmlFormat(ListingLook look, Listing.Knowledge knowledge) {
    this.look = look;
    this.knowledge = knowledge;
  }

  @Override
  public void begin(StringBuilder out, Listing.Page page) {
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    HtmlText.escape(out, look.title().isEmpty() ? page.path() : look.title());
    out.append("</title>\n<style>").append(STYLE).append("</style>\n</head>\n<body>\n");
    if (!look.title().isEmpty()) {
      out.append("<header>");
      HtmlText.escape(out, look.title());
      out.append("</header>\n");
    }
    breadcrumb(out, page.path());
    out.append("<main>\n");
    search(out, page.query());
    out.append("<table>\n<thead>\n<tr>");
    heading(out, page.query(), Sort.NAME, "Name");
    heading(out, page.query(), Sort.SIZE, "Size");
    heading(out, page.query(), Sort.TIME, "Modified (UTC)");
    out.append("<th scope=\"col\">SHA-256</th></tr>\n</thead>\n<tbody>\n");
    if (!page.path().equals("/")) {
      out.append(
          "<tr class=\"d\"><td><a href=\"../\">../</a></td><td></td><td></td><td></td></tr>\n");
    }
  }

  /** A form that needs no script. */
  private void search(StringBuilder out, ListingQuery query) {
    out.append("<form role=\"search\"><label>Filter: <input type=\"search\" name=\"q\" value=\"");
    HtmlText.escape(out, query.filter());
    out.append("\" placeholder=\"*.iso\"></label>");
    if (look.searches()) {
      out.append("<label><input type=\"checkbox\" name=\"deep\" value=\"1\"")
          .append(query.deep() ? " checked" : "")
          .append(">Directories below too</label>");
    }
    out.append("<button>Filter</button></form>\n");
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
    out.append("<tr class=\"").append(kind(entry)).append("\"><td>");
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
    out.append("</td><td>");
    String sha256 = stat == null || entry.isDirectory() ? null : knowledge.sha256(stat);
    if (sha256 != null) {
      out.append("<code>").append(sha256).append("</code>");
    }
    out.append("</td></tr>\n");
  }

  /** The class of a row, which selects its symbol. */
  private String kind(DirectoryEntry entry) {
    if (entry.isDirectory()) {
      return "d";
    }
    String type = look.types().of(entry.text());
    int slash = type.indexOf('/');
    return switch (type.substring(0, slash)) {
      case "image", "audio", "video", "text", "font" -> type.substring(0, slash);
      default -> ARCHIVE.matcher(type).find() ? "archive" : "file";
    };
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
    if (!page.complete()) {
      out.append("<p>The search ended before all directories were searched.</p>\n");
    }
    Readme readme = page.readme();
    if (readme != null) {
      out.append("<article aria-label=\"");
      HtmlText.escape(out, readme.name());
      out.append("\">\n").append(readme.html()).append("</article>\n");
    }
    if (look.uploads()) {
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
    if (look.archives()) {
      out.append("<span>Download all:");
      for (String format : ARCHIVES) {
        out.append(' ');
        link(out, "nofollow", "?archive=" + format, format);
      }
      out.append("</span>");
    }
    if (!look.footer().isEmpty()) {
      out.append("<span>");
      HtmlText.escape(out, look.footer());
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
