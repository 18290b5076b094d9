package dev.millrace.content.listing;

import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A listing's query: {@code ?sort=size&order=desc&offset=1000&limit=500&q=*.iso&deep=1}. Invalid
 * parameters are ignored.
 *
 * @param sort the sort key
 * @param descending whether the greatest entry comes first
 * @param offset number of skipped entries
 * @param limit maximum number of entries
 * @param filter what names must match, as typed; empty for all
 * @param deep whether directories below are searched too
 */
public record ListingQuery(
    Sort sort, boolean descending, int offset, int limit, String filter, boolean deep) {
  /** The sort key; directories always come first. */
  public enum Sort {
    NAME,
    SIZE,
    TIME;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int MAX_FILTER = 600;

  /** Default number of entries on a page of HTML. */
  static final int PAGE_ENTRIES = 1_000;

  /** Whether {@code format} is {@code json}; null if the query has no {@code format}. */
  public static @Nullable Boolean wantsJson(String query) {
    String format = value(query, "format");
    return format == null ? null : Boolean.valueOf(format.equals("json"));
  }

  /**
   * Parses a query.
   *
   * @param defaultLimit limit if the query has none
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
        number(value(query, "limit"), 1, defaultLimit),
        decoded(value(query, "q")),
        value(query, "deep") != null);
  }

  /** A value of a form, or empty if it is malformed or too long. */
  private static String decoded(@Nullable String value) {
    if (value == null || value.length() > MAX_FILTER) {
      return "";
    }
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8).strip();
    } catch (IllegalArgumentException malformed) {
      return "";
    }
  }

  /** The same, searching no other directory. */
  ListingQuery flat() {
    return new ListingQuery(sort, descending, offset, limit, filter, false);
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

  private static int number(@Nullable String text, int min, int defaultValue) {
    if (text == null || !text.matches("\\d{1,9}")) {
      return defaultValue;
    }
    return Math.max(min, Integer.parseInt(text));
  }

  /** Whether sorting needs the entries' file status. */
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

  /** The query that sorts by a key; reverses the order if that key sorts already. */
  String sortedBy(Sort by) {
    boolean turned = by == sort && !descending;
    return "?sort=" + by.text() + "&order=" + (turned ? "desc" : "asc") + limitSuffix();
  }

  /** The query of the page at another offset. */
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
    String rest = limit == PAGE_ENTRIES || limit == Integer.MAX_VALUE ? "" : "&limit=" + limit;
    if (!filter.isEmpty()) {
      rest += "&q=" + URLEncoder.encode(filter, StandardCharsets.UTF_8);
    }
    return deep ? rest + "&deep=1" : rest;
  }
}
