package dev.millrace.content.listing;

import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.files.DirectoryScan;
import dev.millrace.text.Wildcard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a directory, generated in chunks. The first call reads and sorts the directory; each
 * call returns the next chunk. The names of a large directory are in memory, but never its complete
 * text. For worker threads, one at a time.
 */
public final class Listing {
  /** Lets the browser load images of this site only, and apply the page's own style only. */
  public static String contentSecurityPolicy() {
    return HtmlFormat.CONTENT_SECURITY_POLICY;
  }

  private static final int CHUNK_CHARACTERS = 48 << 10;

  /** Entries that a search visits, within a few hundred milliseconds. */
  private static final int MAX_SEARCHED = 100_000;

  /** Information about a file beyond its status. Any thread. */
  public interface Knowledge {
    /** The entity tag of a response with the file. */
    String entityTag(FileStat stat);

    /** The file's SHA-256 in hexadecimal, or null if it is not known. */
    @Nullable String sha256(FileStat stat);
  }

  /** The output format of a page. */
  interface Format {
    void begin(StringBuilder out, Page page);

    void entry(StringBuilder out, DirectoryEntry entry, boolean first);

    void end(StringBuilder out, Page page);
  }

  /**
   * The properties of a page.
   *
   * @param path the directory's decoded path, for display
   * @param query the request's query
   * @param total number of entries of the directory that match
   * @param shown number of entries on the page
   * @param complete whether a search has visited all entries
   * @param readme what describes the directory, or null
   */
  record Page(
      String path,
      ListingQuery query,
      int total,
      int shown,
      boolean complete,
      @Nullable Readme readme) {}

  private final DirectoryScan scan;
  private final boolean hidden;
  private final String path;
  private final ListingQuery query;
  private final Format format;
  private final boolean readme;

  private @Nullable Page page;
  private List<DirectoryEntry> shown = List.of();
  private int next;
  private boolean ended;

  private Listing(
      DirectoryScan scan,
      boolean hidden,
      String path,
      ListingQuery query,
      Format format,
      boolean readme) {
    this.scan = scan;
    this.hidden = hidden;
    this.path = path;
    this.query = query;
    this.format = format;
    this.readme = readme;
  }

  /**
   * A page of HTML.
   *
   * @param hidden whether names that begin with a dot are listed
   * @param path the directory's decoded path, with its slashes
   * @param query the request's query
   * @param look what the page shows
   */
  public static Listing html(
      DirectoryScan scan,
      boolean hidden,
      String path,
      ListingQuery query,
      ListingLook look,
      Knowledge knowledge) {
    return new Listing(scan, hidden, path, query, new HtmlFormat(look, knowledge), look.readme());
  }

  /** The same as JSON; all entries, unless the query has a limit. */
  public static Listing json(
      DirectoryScan scan, boolean hidden, String path, ListingQuery query, Knowledge knowledge) {
    return new Listing(scan, hidden, path, query, new JsonFormat(knowledge), false);
  }

  /** The next chunk, or null at the end. */
  public @Nullable ByteBuffer next() throws IOException {
    if (ended) {
      return null;
    }
    StringBuilder out = new StringBuilder(CHUNK_CHARACTERS + 4096);
    Page current = page;
    if (current == null) {
      current = read();
      page = current;
      format.begin(out, current);
    }
    while (next < shown.size() && out.length() < CHUNK_CHARACTERS) {
      DirectoryEntry entry = shown.get(next);
      scan.look(entry);
      format.entry(out, entry, next == 0);
      next++;
    }
    if (next == shown.size()) {
      format.end(out, current);
      ended = true;
    }
    return ByteBuffer.wrap(out.toString().getBytes(StandardCharsets.UTF_8));
  }

  private Page read() throws IOException {
    boolean complete = true;
    List<DirectoryEntry> entries;
    Readme description = null;
    if (query.filter().isEmpty()) {
      entries = scan.entries(hidden);
      description = readme && query.offset() == 0 ? Readme.find(scan, entries) : null;
    } else {
      Wildcard wanted = Wildcard.of(query.filter());
      if (query.deep()) {
        DirectoryScan.Found found = scan.search(hidden, wanted::matches, MAX_SEARCHED);
        entries = new ArrayList<>(found.entries());
        complete = found.complete();
      } else {
        entries = scan.entries(hidden);
        entries.removeIf(entry -> !wanted.matches(entry.text()));
      }
    }
    if (query.needsFacts()) {
      entries.forEach(scan::look);
    }
    entries.sort(query.order());
    int from = Math.min(query.offset(), entries.size());
    int to = (int) Math.min(entries.size(), (long) from + query.limit());
    shown = List.copyOf(entries.subList(from, to));
    return new Page(path, query, entries.size(), shown.size(), complete, description);
  }
}
