package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.digest.Algorithm;
import dev.millrace.server.Answered;
import dev.millrace.server.Await;
import dev.millrace.server.Browser;
import dev.millrace.server.RawClient;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Uploads by a form, as the listing of a directory has it. */
class FormUploadsTest {
  private static final String RULE =
      "listing: on\nwrite: [{path: /in, allow: [create], anyone: on}]\n";

  @TempDir Path root;
  @TempDir Path elsewhere;

  private RunningServer serving(Via via, String yaml) throws Exception {
    Files.createDirectories(root.resolve("in"));
    return RunningServer.start(root, via, yaml);
  }

  private static String part(String name, String content) {
    return "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
        + name
        + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        + content
        + "\r\n";
  }

  private static Answered post(RunningServer server, String target, String form, String... fields)
      throws Exception {
    List<String> all = new ArrayList<>(List.of(fields));
    all.add("Content-Type: multipart/form-data; boundary=xyz");
    all.add("Content-Length: " + form.length());
    return Answered.raw(
        server.address(),
        "POST "
            + target
            + " HTTP/1.1\r\nHost: test\r\n"
            + String.join("\r\n", all)
            + "\r\n\r\n"
            + form);
  }

  private static String sha256(byte[] content) {
    return HexFormat.of().formatHex(Algorithm.SHA_256.start().digest(content));
  }

  private List<String> stored() throws Exception {
    try (Stream<Path> all = Files.list(root.resolve("in"))) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachFileIsStoredWithItsDigest(Via via) throws Exception {
    byte[] content = new byte[30_000];
    new SplittableRandom(6).nextBytes(content);
    String text = new String(content, StandardCharsets.ISO_8859_1);
    try (RunningServer server = serving(via, RULE)) {
      String form =
          part("one", text)
              + "--xyz\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nvalue\r\n"
              + part("", "")
              + part("two & <3>", "two")
              + "--xyz--\r\n";
      Answered created =
          post(server, "/in/", form, "Origin: http://test", "Sec-Fetch-Site: same-origin");
      assertEquals(201, created.status(), created.text());
      assertTrue(created.text().contains(sha256(content)), created.text());
      assertTrue(created.text().contains("two &amp; &lt;3&gt;"), created.text());
      assertArrayEquals(content, Files.readAllBytes(root.resolve("in/one")));
      assertEquals(List.of("one", "two & <3>"), stored());
      String again =
          part("one", "other") + part(".hidden", "x") + part("new", "new") + "--xyz--\r\n";
      Answered partly = post(server, "/in/", again);
      assertEquals(403, partly.status(), partly.text());
      assertTrue(partly.text().contains("must not be replaced"), partly.text());
      assertArrayEquals(content, Files.readAllBytes(root.resolve("in/one")));
      assertEquals(List.of("new", "one", "two & <3>"), stored());
    }
  }

  @Test
  void aFormThatIsNotWholeStoresOnlyWholeFiles() throws Exception {
    try (RunningServer server = serving(Via.URING, RULE + "upload-max-size: 1000\n")) {
      assertEquals(400, post(server, "/in/", part("a", "a") + part("b", "b")).status());
      assertEquals(List.of("a"), stored());
      assertEquals(400, post(server, "/in/", "--xyz--\r\n").status());
      assertEquals(400, post(server, "/in/", "--xyz!").status());
      Answered large =
          post(server, "/in/", part("l", "x".repeat(1001)) + part("c", "c") + "--xyz--\r\n");
      assertEquals(413, large.status(), large.text());
      try (RawClient client = new RawClient(server.address())) {
        client.send(
            "POST /in/ HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n"
                + "Content-Type: multipart/form-data; boundary=xyz\r\n\r\n"
                + part("d", "d")
                + part("e", "e".repeat(500)));
      }
      server.await("millrace_uploads_active", 0);
      assertEquals(List.of("a", "c"), stored());
    }
  }

  @Test
  void aFormOfAnotherSiteOrPlaceIsRefused() throws Exception {
    String form = part("a", "a") + "--xyz--\r\n";
    try (RunningServer server = serving(Via.URING, RULE)) {
      assertEquals(403, post(server, "/in/", form, "Origin: http://other").status());
      assertEquals(403, post(server, "/in/", form, "Origin: null").status());
      assertEquals(403, post(server, "/in/", form, "Sec-Fetch-Site: cross-site").status());
      assertEquals(403, post(server, "/in/", form, "Sec-Fetch-Site: same-site").status());
      assertEquals(409, post(server, "/in", form).status());
      assertEquals(405, post(server, "/", form).status());
      assertEquals(List.of(), stored());
      assertEquals(201, post(server, "/in/", form, "Origin: https://test").status());
    }
    try (RunningServer server = serving(Via.URING, RULE + "upload-require-digest: on\n")) {
      assertEquals(400, post(server, "/in/", part("b", "b") + "--xyz--\r\n").status());
    }
  }

  @Test
  void onlyDirectoriesForUploadsHaveAForm() throws Exception {
    Path tokens = Files.writeString(root.resolve("tokens"), "secret\n");
    Files.createDirectories(root.resolve("ci"));
    String yaml =
        "listing: on\nwrite:\n  - {path: /in, anyone: on}\n  - {path: /ci, bearer: "
            + tokens
            + "}\n";
    try (RunningServer server = serving(Via.URING, yaml)) {
      Answered with = Answered.get(server, 200, "/in/");
      assertTrue(with.text().contains("<form method=\"post\""), with.text());
      assertTrue(with.field("content-security-policy").contains("form-action 'self'"));
      for (String target : List.of("/", "/ci/")) {
        Answered without = Answered.get(server, 200, target);
        assertFalse(without.text().contains("method=\"post\""), without.text());
      }
    }
  }

  @Test
  void aBrowserUploadsFiles() throws Exception {
    byte[] content = new byte[3_000_000];
    new SplittableRandom(8).nextBytes(content);
    Path large = Files.write(elsewhere.resolve("large ü.bin"), content);
    Path small = Files.writeString(elsewhere.resolve("small.txt"), "small");
    try (RunningServer server = serving(Via.URING, RULE);
        Browser browser = new Browser(false)) {
      browser.open(server.url() + "/in/");
      browser.choose("input[type=file]", large, small);
      browser.click("form[method=post] button");
      String page =
          Await.until(
              () -> browser.evaluate("document.body.innerText"), t -> t.contains("SHA-256"));
      assertTrue(page.contains(sha256(content)), page);
      assertTrue(page.contains(sha256("small".getBytes(StandardCharsets.UTF_8))), page);
      browser.click("a");
      String listing =
          Await.until(
              () -> browser.evaluate("document.body.innerText"),
              t -> t.contains("Index") || t.contains("Modified"));
      assertTrue(listing.contains("large ü.bin") && listing.contains("small.txt"), listing);
    }
    assertArrayEquals(content, Files.readAllBytes(root.resolve("in/large ü.bin")));
    assertEquals("small", Files.readString(root.resolve("in/small.txt")));
  }
}
