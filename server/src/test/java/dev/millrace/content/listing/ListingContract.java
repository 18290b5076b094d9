package dev.millrace.content.listing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Browser;
import dev.millrace.server.Programs;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directory listings over real sockets and in a real browser. */
abstract class ListingContract {
  private static final Pattern ROW = Pattern.compile("<a href=\"(\\./[^\"]*)\"><bdi>([^<]*)</bdi>");
  private static final Pattern ENTRY = Pattern.compile("\\{\"name\":.*}");
  private static final Pattern HREF = Pattern.compile("\"href\":\"([^\"]*)\"");

  /** Each name breaks a page, a header or a shell unless it is escaped. */
  private static final List<String> NAMES =
      List.of(
          "plain.txt",
          " leading and trailing ",
          "quote\"s and 'these'",
          "<script>alert(1)",
          "new\nline",
          "tab\tbell\u0007",
          "hash#question?percent%41",
          "a:b",
          "amp&amp;ersand",
          "back\\slash",
          "right\u202eto\u2066left",
          "ünï-çødé 漢字 😀",
          "-rf",
          "~tilde+plus=equals;semi,comma",
          "[brackets]{braces}|pipe^caret`tick",
          "x".repeat(255));

  @TempDir Path root;

  private final HttpClient http = HttpClient.newHttpClient();

  abstract Via transport();

  private HttpResponse<String> get(RunningServer server, String target, String... headers)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + target));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private RunningServer serving(String yaml) throws Exception {
    return RunningServer.start(root, transport(), "listing: on\ndigests: on-request\n" + yaml);
  }

  private static List<String> found(Pattern pattern, String text) {
    List<String> all = new ArrayList<>();
    Matcher match = pattern.matcher(text);
    while (match.find()) {
      all.add(match.group(match.groupCount() > 0 ? 1 : 0));
    }
    return all;
  }

  @Test
  void everyNameIsEscapedAndItsLinkLeadsToTheFile() throws Exception {
    for (String name : NAMES) {
      Files.writeString(root.resolve(name), "content of " + name);
    }
    Programs.run("bash", "-c", "cd '" + root + "' && printf 'content of raw' > $'raw\\xff\\xfe'");
    try (RunningServer server = serving("")) {
      HttpResponse<String> html = get(server, "/");
      assertEquals(
          "text/html; charset=utf-8", html.headers().firstValue("content-type").orElse(""));
      assertFalse(html.body().contains("<script"), html.body());
      String json = get(server, "/?format=json").body();
      List<String> inHtml =
          found(ROW, html.body()).stream()
              .map(reference -> reference.replace("&#39;", "'").replace("&amp;", "&"))
              .toList();
      for (List<String> references : List.of(inHtml, found(HREF, json))) {
        assertEquals(NAMES.size() + 1, references.size());
        Set<String> contents = new TreeSet<>();
        for (String reference : references) {
          contents.add(get(server, "/" + reference.substring(2)).body());
        }
        Set<String> expected = new TreeSet<>();
        NAMES.forEach(name -> expected.add("content of " + name));
        expected.add("content of raw");
        assertEquals(expected, contents);
      }
    }
  }

  @Test
  void jsonListingsHaveNginxFieldsAndMore() throws Exception {
    Files.writeString(root.resolve("b.txt"), "12345");
    Files.setLastModifiedTime(
        root.resolve("b.txt"), FileTime.from(Instant.parse("2024-02-29T12:34:56.5Z")));
    Files.createDirectory(root.resolve("z"));
    Files.writeString(root.resolve(".hidden"), "x");
    Files.createSymbolicLink(root.resolve("in"), Path.of("b.txt"));
    Files.createSymbolicLink(root.resolve("out"), Path.of("/etc/passwd"));
    Programs.run("mkfifo", root.resolve("fifo").toString());
    try (RunningServer server = serving("")) {
      HttpResponse<String> response = get(server, "/", "Accept", "application/json");
      assertEquals(
          "application/json; charset=utf-8",
          response.headers().firstValue("content-type").orElse(""));
      assertEquals("Accept", response.headers().firstValue("vary").orElse(""));
      List<String> entries = found(ENTRY, response.body());
      assertEquals(3, entries.size(), response.body());
      assertTrue(
          entries.get(0).startsWith("{\"name\":\"z\",\"type\":\"directory\",\"mtime\":\""),
          entries.get(0));
      String tag = get(server, "/b.txt").headers().firstValue("etag").orElse("");
      assertTrue(tag.matches("\"65e079f0\\.1dcd6500-5-[0-9a-f]+\""), tag);
      assertEquals(
          "{\"name\":\"b.txt\",\"type\":\"file\",\"mtime\":\"Thu, 29 Feb 2024 12:34:56 GMT\",\"size\":5,"
              + "\"etag\":\""
              + tag.replace("\"", "\\\"")
              + "\",\"href\":\"./b.txt\"}",
          entries.get(1));
      assertTrue(entries.get(2).startsWith("{\"name\":\"in\",\"type\":\"file\""), entries.get(2));
      assertEquals(
          "text/html; charset=utf-8",
          get(server, "/", "Accept", "text/html,application/json;q=0.5")
              .headers()
              .firstValue("content-type")
              .orElse(""));
      assertEquals("[\n]\n", get(server, "/z/?format=json").body());
    }
    try (RunningServer server = serving("symlinks: none\ndotfiles: on\n")) {
      String names = get(server, "/?format=json").body();
      assertTrue(names.contains("\".hidden\""), names);
      assertFalse(names.contains("\"in\""), names);
    }
  }

  @Test
  void entriesAreSortedAndPaginated() throws Exception {
    for (int i = 0; i < 30; i++) {
      Path file = Files.writeString(root.resolve("f%02d".formatted(i)), "x".repeat((i * 7) % 30));
      Files.setLastModifiedTime(
          file, FileTime.fromMillis(1_700_000_000_000L + (i * 11) % 30 * 1000L));
    }
    Files.createDirectory(root.resolve("zz"));
    try (RunningServer server = serving("")) {
      List<String> bySize = found(ROW, get(server, "/?sort=size&order=desc").body());
      assertEquals("./zz/", bySize.get(0), "directories come first");
      assertEquals("./f17", bySize.get(1), "17 * 7 % 30 = 29");
      assertEquals("./f00", bySize.get(30));
      assertEquals("./f00", found(ROW, get(server, "/?sort=time").body()).get(1));
      String page = get(server, "/?limit=10&offset=10").body();
      assertEquals("./f09", found(ROW, page).getFirst());
      assertEquals(10, found(ROW, page).size());
      assertTrue(page.contains("<span>11–20 of 31</span>"), page);
      assertTrue(
          page.contains(
              "rel=\"next\" href=\"?sort=name&amp;order=asc&amp;offset=20&amp;limit=10\""),
          page);
      assertTrue(page.contains("rel=\"prev\""), page);
      assertEquals(5, found(ENTRY, get(server, "/?format=json&limit=5").body()).size());
      assertEquals(0, found(ROW, get(server, "/?offset=99").body()).size());
      assertEquals(31, found(ROW, get(server, "/?limit=-1&sort=nonsense&offset=x").body()).size());
    }
  }

  @Test
  void listingsOf100000EntriesAreStreamed() throws Exception {
    Path large = Files.createDirectory(root.resolve("large"));
    Programs.run(
        "bash",
        "-c",
        "cd '" + large + "' && seq -f 'file-with-a-name-%06g' 1 100000 | xargs touch");
    try (RunningServer server = serving("")) {
      try (RawClient slow = new RawClient(server.address(), 4096)) {
        slow.get("/large/?format=json");
        assertEquals("chunked", slow.head().field("transfer-encoding"));
        // A client that does not read blocks neither the worker threads nor the loop thread.
        HttpResponse<String> all = get(server, "/large/?format=json");
        assertEquals(100_000, found(HREF, all.body()).size());
        String page = get(server, "/large/").body();
        assertEquals(1_000, found(ROW, page).size());
        assertTrue(page.contains("<span>1–1000 of 100000</span>"), page);
      }
    }
  }

  @Test
  void aListingBeforeACloseShowsWhetherItIsWhole() throws Exception {
    try (RunningServer server = serving("");
        RawClient last = new RawClient(server.address());
        RawClient old = new RawClient(server.address())) {
      last.request("GET", "/?format=json", "Connection: close");
      RawClient.Head head = last.head();
      assertEquals("close", head.field("connection"));
      assertEquals(
          "chunked", head.field("transfer-encoding"), "the end of the stream may be a cut");
      assertTrue(new String(last.body(head), StandardCharsets.UTF_8).strip().endsWith("]"));
      last.awaitEnd();
      old.send("GET /?format=json HTTP/1.0\r\nHost: test\r\n\r\n");
      assertEquals("", old.head().field("transfer-encoding"), "HTTP/1.0 has no chunks");
    }
  }

  @Test
  void listingIsOffByDefaultAndTheIndexFileComesFirst() throws Exception {
    Files.createDirectory(root.resolve("d"));
    Files.writeString(Files.createDirectory(root.resolve("i")).resolve("index.html"), "index");
    try (RunningServer server = RunningServer.start(root, transport())) {
      assertEquals(404, get(server, "/d/").statusCode());
    }
    try (RunningServer server = serving("")) {
      assertEquals("index", get(server, "/i/").body());
      assertEquals(404, get(server, "/nothing/").statusCode());
      assertEquals(301, get(server, "/d").statusCode());
      try (RawClient client = new RawClient(server.address())) {
        client.request("HEAD", "/d/");
        assertEquals(200, client.head().status());
        client.get("/i/");
        assertEquals(5, client.head().contentLength());
      }
    }
  }

  @Test
  void aBrowserCanNavigateTheListing() throws Exception {
    Path releases = Files.createDirectories(root.resolve("releases/v1.0 & later"));
    Files.writeString(releases.resolve("notes.txt"), "what is new");
    Files.write(releases.resolve("millrace-1.0.tar.zst"), new byte[1_500_000]);
    Files.write(releases.resolve("SHA256SUMS"), new byte[160]);
    Files.writeString(releases.resolve("right\u202eto\u2066left.txt"), "x");
    try (RunningServer server = serving("");
        Browser browser = new Browser(false)) {
      browser.open(server.url() + "/");
      browser.click("a[href=\"./releases/\"]");
      assertEquals(server.url() + "/releases/", browser.url());
      browser.click("tr.d:last-child a");
      assertEquals(server.url() + "/releases/v1.0%20&%20later/", browser.url());
      browser.click("th:nth-child(2) a");
      assertEquals(
          "\"ascending\"", browser.evaluate("document.querySelector('[aria-sort]').ariaSort"));
      browser.click("th:nth-child(2) a");
      assertEquals(
          "\"millrace-1.0.tar.zst\"",
          browser.evaluate("document.querySelectorAll('tbody tr:not(.d) bdi')[0].textContent"));
      assertEquals("\"1.43 MiB\"", browser.evaluate("document.querySelector('data').textContent"));
      assertEquals(
          "true",
          browser.evaluate(
              "getComputedStyle(document.querySelector('td a')).textDecorationLine=='none'"),
          "the Content-Security-Policy allows the style sheet");
      browser.screenshot(transport() + "-listing");
      browser.click("a[href=\"./notes.txt\"]");
      assertEquals("\"what is new\"", browser.evaluate("document.body.textContent.trim()"));
      browser.open(server.url() + "/releases/v1.0%20&%20later/");
      browser.click("nav a:nth-of-type(2)");
      assertEquals(server.url() + "/releases/", browser.url());
      browser.click("nav a");
      assertEquals(server.url() + "/", browser.url());
    }
    try (RunningServer server = serving("");
        Browser browser = new Browser(true)) {
      browser.open(server.url() + "/releases/v1.0%20&%20later/");
      browser.screenshot(transport() + "-listing-dark");
    }
  }

  @Test
  void namesAreFilteredHereAndBelow() throws Exception {
    Files.createDirectories(root.resolve("a b/deep/.hidden"));
    Files.createDirectories(root.resolve("private"));
    for (String name :
        List.of(
            "one.iso",
            "a b/Two.ISO",
            "a b/deep/ü.iso",
            "a b/deep/.hidden/x.iso",
            "private/p.iso")) {
      Files.writeString(root.resolve(name), name);
    }
    Files.createSymbolicLink(root.resolve("a b/loop"), Path.of(".."));
    Path tokens = Files.writeString(root.resolve("tokens"), "t0ken-of-sixteen-characters\n");
    try (RunningServer server = serving("")) {
      assertEquals(List.of("./one.iso"), found(ROW, get(server, "/?q=iso").body()));
      String page = get(server, "/?q=*.iso&deep=1").body();
      List<String> all =
          List.of("./a%20b/Two.ISO", "./a%20b/deep/%C3%BC.iso", "./one.iso", "./private/p.iso");
      assertEquals(all, found(ROW, page));
      assertEquals(
          "a b/Two.ISO", get(server, "/" + found(ROW, page).getFirst().substring(2)).body());
      assertTrue(page.contains("value=\"*.iso\""), page);
      assertTrue(page.contains("q=*.iso&amp;deep=1"), page);
      assertEquals(all, found(HREF, get(server, "/?q=*.iso&deep=1&format=json").body()));
      assertEquals(List.of(), found(ROW, get(server, "/?q=%22%3E%3Cscript%3E").body()));
      assertFalse(get(server, "/?q=%22%3E%3Cscript%3E").body().contains("<script"));
    }
    try (RunningServer server = serving("auth: [{path: /private/, bearer: " + tokens + "}]\n")) {
      String page = get(server, "/?q=*.iso&deep=1").body();
      assertEquals(List.of("./one.iso"), found(ROW, page), "private names are not shown");
      assertFalse(page.contains("name=\"deep\""), page);
    }
  }

  @Test
  void aReadmeIsShownWithoutItsMarkup() throws Exception {
    Files.writeString(
        root.resolve("README.md"),
        """
        # Title

        **bold** <script>alert(1)</script> [bad](javascript:alert(1)) [good](./file)

        | a | b |
        |---|---|
        | 1 | 2 |
        """);
    Files.writeString(Files.createDirectory(root.resolve("t")).resolve("readme.TXT"), "<b>&");
    Files.writeString(
        Files.createDirectory(root.resolve("n")).resolve("README.md"),
        "> ".repeat(20_000) + "\n\n" + "*a **b ".repeat(15_000));
    try (RunningServer server =
        serving("listing-title: 'Our <files>'\nlisting-footer: 'Foot & note'\n")) {
      String page = get(server, "/").body();
      assertTrue(
          page.contains("<strong>bold</strong> &lt;script&gt;alert(1)&lt;/script&gt;"), page);
      assertFalse(page.contains("javascript:"), page);
      assertTrue(page.contains("<a rel=\"nofollow\" href=\"./file\">good</a>"), page);
      assertTrue(page.contains("<td>1</td>"), page);
      assertTrue(page.contains("<title>Our &lt;files&gt;</title>"), page);
      assertTrue(page.contains("<span>Foot &amp; note</span>"), page);
      assertTrue(get(server, "/t/").body().contains("<pre>&lt;b&gt;&amp;</pre>"));
      assertEquals(200, get(server, "/n/").statusCode());
      assertFalse(get(server, "/?q=README").body().contains("<article"), "only the whole listing");
    }
    try (RunningServer server = serving("listing-readme: off\n")) {
      assertFalse(get(server, "/").body().contains("<article"));
    }
  }

  @Test
  void aDigestThatIsKnownIsShown() throws Exception {
    Files.writeString(root.resolve("f"), "content");
    try (RunningServer server = serving("")) {
      assertFalse(get(server, "/").body().contains("<code>"));
      get(server, "/f.sha256");
      String sha256 = get(server, "/f.sha256").body().substring(0, 64);
      assertTrue(get(server, "/").body().contains("<code>" + sha256 + "</code>"));
    }
  }
}
