package dev.millrace.content.listing;

import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.files.DirectoryScan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a directory, made piece by piece: the first call reads the directory and sorts it, and
 * each gives the next piece, so that the text of a large directory is never in memory as a whole;
 * its names are. For a worker, one thread at a time.
 */
public final class Listing {
  /** What a browser is told about the HTML: it loads nothing, and has only its own style. */
  public static final String CONTENT_SECURITY_POLICY = HtmlFormat.CONTENT_SECURITY_POLICY;

  private static final int PIECE_CHARACTERS = 48 << 10;

  /** What is told of a file beyond what the file system knows. Any thread. */
  public interface Knowledge {
    /** The tag that a request for the file would be answered with. */
    String entityTag(FileStat stat);

    /** The file's SHA-256 in hexadecimal, or null if it is not known. */
    @Nullable String sha256(FileStat stat);
  }

  /** How the page is written. */
  interface Format {
    void begin(StringBuilder out, Page page);

    void entry(StringBuilder out, DirectoryEntry entry, boolean first);

    void end(StringBuilder out, Page page);
  }

  /**
   * What is around the entries.
   *
   * @param path of the directory, decoded, for people
   * @param query what was asked for
   * @param total entries in the directory
   * @param shown entries on the page
   */
  record Page(String path, ListingQuery query, int total, int shown) {}

  private final DirectoryScan scan;
  private final boolean hidden;
  private final String path;
  private final ListingQuery query;
  private final Format format;

  private @Nullable Page page;
  private List<DirectoryEntry> shown = List.of();
  private int next;
  private boolean ended;

  private Listing(
      DirectoryScan scan, boolean hidden, String path, ListingQuery query, Format format) {
    this.scan = scan;
    this.hidden = hidden;
    this.path = path;
    this.query = query;
    this.format = format;
  }

  /**
   * A page of HTML.
   *
   * @param hidden whether names that begin with a dot are shown
   * @param path the directory's, decoded, with its slashes
   * @param query the request's
   */
  public static Listing html(DirectoryScan scan, boolean hidden, String path, String query) {
    ListingQuery asked = ListingQuery.parse(query, ListingQuery.PAGE_ENTRIES);
    return new Listing(scan, hidden, path, asked, new HtmlFormat());
  }

  /** The same as JSON; all of it unless the query has a limit. */
  public static Listing json(
      DirectoryScan scan, boolean hidden, String path, String query, Knowledge knowledge) {
    ListingQuery asked = ListingQuery.parse(query, Integer.MAX_VALUE);
    return new Listing(scan, hidden, path, asked, new JsonFormat(knowledge));
  }

  /** The next piece of the text, or null after the last. */
  public @Nullable ByteBuffer next() throws IOException {
    if (ended) {
      return null;
    }
    StringBuilder out = new StringBuilder(PIECE_CHARACTERS + 4096);
    Page around = page;
    if (around == null) {
      around = read();
      page = around;
      format.begin(out, around);
    }
    while (next < shown.size() && out.length() < PIECE_CHARACTERS) {
      DirectoryEntry entry = shown.get(next);
      scan.look(entry);
      format.entry(out, entry, next == 0);
      next++;
    }
    if (next == shown.size()) {
      format.end(out, around);
      ended = true;
    }
    return ByteBuffer.wrap(out.toString().getBytes(StandardCharsets.UTF_8));
  }

  private Page read() throws IOException {
    List<DirectoryEntry> entries = scan.entries(hidden);
    if (query.needsFacts()) {
      entries.forEach(scan::look);
    }
    entries.sort(query.order());
    int from = Math.min(query.offset(), entries.size());
    int to = (int) Math.min(entries.size(), (long) from + query.limit());
    shown = List.copyOf(entries.subList(from, to));
    return new Page(path, query, entries.size(), shown.size());
  }
}
