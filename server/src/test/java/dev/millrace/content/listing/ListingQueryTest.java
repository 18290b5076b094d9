package dev.millrace.content.listing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.content.listing.ListingQuery.Sort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListingQueryTest {
  @ParameterizedTest
  @CsvSource({
    "'', NAME, false, 0, 50",
    "sort=size, SIZE, false, 0, 50",
    "sort=time&order=desc, TIME, true, 0, 50",
    "offset=7&limit=3, NAME, false, 7, 3",
    "sort=none&order=up&offset=-1&limit=x, NAME, false, 0, 50",
    "limit=0, NAME, false, 0, 1",
    "offset=9999999999, NAME, false, 0, 50",
    "xsort=size&sort, NAME, false, 0, 50",
  })
  void invalidParametersGetTheirDefaults(
      String query, Sort sort, boolean descending, int offset, int limit) {
    assertEquals(
        new ListingQuery(sort, descending, offset, limit, "", false),
        ListingQuery.parse(query, 50));
  }

  @Test
  void theFilterIsDecodedAndKeptInLinks() {
    ListingQuery query = ListingQuery.parse("q=%2A.iso+%C3%BC&deep=1", ListingQuery.PAGE_ENTRIES);
    assertEquals("*.iso ü", query.filter());
    assertTrue(query.deep());
    assertEquals("?sort=name&order=desc&q=*.iso+%C3%BC&deep=1", query.sortedBy(Sort.NAME));
    assertEquals("", ListingQuery.parse("q=%zz", 50).filter());
    assertEquals("", ListingQuery.parse("q=" + "a".repeat(1000), 50).filter());
    assertFalse(query.flat().deep());
  }

  @Test
  void theFormatIsJsonHtmlOrUnspecified() {
    assertEquals(true, ListingQuery.wantsJson("format=json"));
    assertEquals(false, ListingQuery.wantsJson("a=b&format=html"));
    assertNull(ListingQuery.wantsJson("formats=json"));
  }

  @Test
  void aColumnLinkReversesTheOrderOfTheCurrentColumnOnly() {
    ListingQuery bySize = ListingQuery.parse("sort=size", ListingQuery.PAGE_ENTRIES);
    assertEquals("?sort=size&order=desc", bySize.sortedBy(Sort.SIZE));
    assertEquals("?sort=name&order=asc", bySize.sortedBy(Sort.NAME));
    ListingQuery reversed = ListingQuery.parse("sort=size&order=desc", ListingQuery.PAGE_ENTRIES);
    assertEquals("?sort=size&order=asc", reversed.sortedBy(Sort.SIZE));
  }

  @Test
  void pageLinksKeepOrderAndLimit() {
    ListingQuery query = ListingQuery.parse("sort=time&order=desc&limit=20", 1000);
    assertEquals("?sort=time&order=desc&offset=40&limit=20", query.at(40));
  }
}
