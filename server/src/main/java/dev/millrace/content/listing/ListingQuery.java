package dev.millrace.content.listing;

import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What of a directory is asked for: {@code ?sort=size&order=desc&offset=1000&limit=500}. What
 * cannot be understood counts as not said.
 *
 * @param sort by what
 * @param descending whether the greatest comes first
 * @param offset entries that are passed over
 * @param limit most entries shown
 */
public record ListingQuery(Sort sort, boolean descending, int offset, int limit) {
  /** By what entries are sorted; directories always come first. */
  public enum Sort {
    NAME,
    SIZE,
    TIME;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Entries on a page of HTML, unless another number is asked for. */
  static final int PAGE_ENTRIES = 1_000;

  /** Whether the query asks for JSON by {@code format=json}, or null if it says nothing. */
  public static @Nullable Boolean wantsJson(String query) {
    String format = value(query, "format");
    return format == null ? null : Boolean.valueOf(format.equals("json"));
  }

  /**
   * Parses a query.
   *
   * @param defaultLimit most entries if it does not say
   */
  static ListingQuery parse(String query, int defaultLimit) {
    Sort sort = Sort.NAME;
    for (Sort one : Sort.values()) {
      if (one.text().equals(value(query, "sort"))) {
        sort = one;
      }
    }
    return new ListingQuery(
        sort,
        "desc".equals(value(query, "order")),
        number(value(query, "offset"), 0, 0),
        number(value(query, "limit"), 1, defaultLimit));
  }

  private static @Nullable String value(String query, String key) {
    for (String pair : query.split("&", -1)) {
      if (pair.length() > key.length()
          && pair.startsWith(key)
          && pair.charAt(key.length()) == '=') {
        return pair.substring(key.length() + 1);
      }
    }
    return null;
  }

  private static int number(@Nullable String text, int least, int defaultValue) {
    if (text == null || !text.matches("\\d{1,9}")) {
      return defaultValue;
    }
    return Math.max(least, Integer.parseInt(text));
  }

  /** Whether entries must be looked at before they can be sorted. */
  boolean needsFacts() {
    return sort != Sort.NAME;
  }

  Comparator<DirectoryEntry> order() {
    Comparator<DirectoryEntry> names = DirectoryEntry::compareNames;
    Comparator<DirectoryEntry> order =
        switch (sort) {
          case NAME -> names;
          case SIZE -> Comparator.comparingLong(ListingQuery::size);
          case TIME -> ListingQuery::compareTimes;
        };
    if (descending) {
      order = order.reversed();
    }
    return Comparator.comparing((DirectoryEntry entry) -> !entry.isDirectory())
        .thenComparing(order)
        .thenComparing(names);
  }

  private static long size(DirectoryEntry entry) {
    FileStat stat = entry.stat();
    return stat == null || entry.isDirectory() ? 0 : stat.sizeBytes();
  }

  private static int compareTimes(DirectoryEntry one, DirectoryEntry other) {
    FileStat a = one.stat();
    FileStat b = other.stat();
    if (a == null || b == null) {
      return Boolean.compare(a != null, b != null);
    }
    int seconds = Long.compare(a.modifiedSeconds(), b.modifiedSeconds());
    return seconds != 0 ? seconds : Integer.compare(a.modifiedNanos(), b.modifiedNanos());
  }

  /** The query of the same directory sorted by something: the other way round if it is already. */
  String sortedBy(Sort by) {
    boolean turned = by == sort && !descending;
    return "?sort=" + by.text() + "&order=" + (turned ? "desc" : "asc") + limitSuffix();
  }

  /** The query of another page. */
  String at(int otherOffset) {
    return "?sort="
        + sort.text()
        + "&order="
        + (descending ? "desc" : "asc")
        + "&offset="
        + otherOffset
        + limitSuffix();
  }

  private String limitSuffix() {
    return limit == PAGE_ENTRIES || limit == Integer.MAX_VALUE ? "" : "&limit=" + limit;
  }
}
