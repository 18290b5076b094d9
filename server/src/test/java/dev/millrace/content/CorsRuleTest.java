package dev.millrace.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.text.Glob;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import org.junit.jupiter.api.Test;

class CorsRuleTest {
  private static final String ORIGIN = "https://app.example";
  private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
  private static final HttpString EXPOSE = new HttpString("Access-Control-Expose-Headers");
  private static final HttpString METHOD = new HttpString("Access-Control-Request-Method");

  private final HeaderMap request = new HeaderMap();
  private final HeaderMap response = new HeaderMap();

  private static CorsRule rule(String... origins) {
    return new CorsRule(Glob.of("/**"), List.of(origins), List.of("Range", "If-Match"), 600);
  }

  @Test
  void onlyListedOriginsAreAllowed() {
    request.put(Headers.ORIGIN, ORIGIN);
    rule(ORIGIN).apply(request, response, false);
    assertEquals(ORIGIN, response.getFirst(ALLOW_ORIGIN));
    assertTrue(response.getFirst(EXPOSE).contains("Repr-Digest"));
    response.clear();
    rule("https://other.example").apply(request, response, false);
    assertNull(response.getFirst(ALLOW_ORIGIN));
    assertEquals("Origin", response.getFirst(Headers.VARY));
  }

  @Test
  void varyIsOriginEvenForRequestsWithoutOrigin() {
    rule(ORIGIN).apply(request, response, false);
    rule(ORIGIN).apply(request, response, false);
    assertEquals(List.of("Origin"), List.copyOf(response.get(Headers.VARY)));
    assertFalse(response.contains(ALLOW_ORIGIN));
  }

  @Test
  void aPublicRuleHasNoVary() {
    request.put(Headers.ORIGIN, ORIGIN);
    rule("*").apply(request, response, false);
    assertEquals("*", response.getFirst(ALLOW_ORIGIN));
    assertFalse(response.contains(Headers.VARY));
  }

  @Test
  void aPreflightResponseHasAllowedHeadersAndMaxAge() {
    request.put(Headers.ORIGIN, ORIGIN);
    request.put(METHOD, "GET");
    rule(ORIGIN).apply(request, response, false);
    assertEquals(
        "Range, If-Match", response.getFirst(new HttpString("Access-Control-Allow-Headers")));
    assertEquals("600", response.getFirst(new HttpString("Access-Control-Max-Age")));
    assertFalse(response.contains(EXPOSE));
  }

  @Test
  void withdrawRemovesAllButVary() {
    request.put(Headers.ORIGIN, ORIGIN);
    rule(ORIGIN).apply(request, response, false);
    CorsRule.withdraw(response);
    assertFalse(response.contains(ALLOW_ORIGIN));
    assertFalse(response.contains(EXPOSE));
    assertTrue(response.contains(Headers.VARY));
  }
}
