package dev.millrace.http.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.content.MediaTypes;
import dev.millrace.text.Glob;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NegotiationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "-                              | ''",
        "''                             | ''",
        "gzip                           | gzip",
        "x-gzip                         | gzip",
        "GZIP                           | gzip",
        "gzip, br                       | br gzip",
        "gzip, deflate, br, zstd        | br zstd gzip",
        "br;q=0.5, gzip                 | gzip br",
        "br;q=0.5, gzip;q=0.8, zstd;q=0.8 | zstd gzip br",
        "br;q=0                         | ''",
        "br;q=0.0, gzip                 | gzip",
        "*                              | br zstd gzip",
        "*;q=0                          | ''",
        "*, br;q=0                      | zstd gzip",
        "identity, gzip;q=0.5           | ''",
        "identity;q=0.5, gzip;q=0.4     | ''",
        "identity;q=0.5, gzip;q=0.5     | gzip",
        "gzip;q=1.001                   | ''",
        "gzip;q=2                       | ''",
        "gzip;q=                        | ''",
        "gzip;level=5                   | ''",
        "gzip ; q=0.123                 | gzip",
        "deflate                        | ''",
      })
  void contentCodingsAreOrderedByPreference(String field, String expected) {
    assertEquals(
        expected,
        AcceptEncoding.preferred(field, List.of(ContentCoding.values())).stream()
            .map(ContentCoding::token)
            .collect(Collectors.joining(" ")));
  }

  @Test
  void onlyOfferedCodingsAreChosen() {
    assertEquals(
        List.of(ContentCoding.GZIP),
        AcceptEncoding.preferred("br, gzip", List.of(ContentCoding.GZIP)));
    assertEquals(List.of(), AcceptEncoding.preferred("br, gzip", List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "a.html, text/html; charset=utf-8",
    "a.HTML, text/html; charset=utf-8",
    "a.js, text/javascript; charset=utf-8",
    "a.mjs, text/javascript; charset=utf-8",
    "a.css, text/css; charset=utf-8",
    "a.json, application/json; charset=utf-8",
    "a.md, text/markdown; charset=utf-8",
    "a.txt, text/plain; charset=utf-8",
    "a.xml, application/xml; charset=utf-8",
    "a.yaml, text/yaml; charset=utf-8",
    "a.svg, image/svg+xml",
    "a.avif, image/avif",
    "a.webp, image/webp",
    "a.png, image/png",
    "a.woff2, font/woff2",
    "a.wasm, application/wasm",
    "a.jar, application/java-archive",
    "a.deb, application/vnd.debian.binary-package",
    "a.rpm, application/x-rpm",
    "a.zst, application/zstd",
    "a.gz, application/gzip",
    "a.tar.gz, application/gzip",
    "a.xz, application/x-xz",
    "a.zip, application/zip",
    "a.pdf, application/pdf",
    "a.mp4, video/mp4",
    "a.webm, video/webm",
    "a.sha256, text/plain; charset=utf-8",
    "a.exe, application/x-msdos-program",
    "a.nothing, application/octet-stream",
    "README, application/octet-stream",
    "a., application/octet-stream",
  })
  void namesHaveTheirMediaTypes(String name, String type) {
    assertEquals(type, MediaTypes.standard().of(name));
  }

  @Test
  void theMediaTypeTableIsCompleteAndExtensible() {
    assertTrue(MediaTypes.standard().size() > 1_200, "" + MediaTypes.standard().size());
    MediaTypes more = MediaTypes.standard().with(Map.of("Foo", "text/x-foo", "png", "image/x-png"));
    assertEquals("text/x-foo; charset=utf-8", more.of("a.foo"));
    assertEquals("image/x-png", more.of("a.png"));
    assertEquals("image/png", MediaTypes.standard().of("a.png"));
    assertTrue(more.isCompressible(more.of("a.html")));
    assertTrue(more.isCompressible(more.of("a.wasm")));
    assertTrue(more.isCompressible(more.of("a.svg")));
    assertFalse(more.isCompressible(more.of("a.jpg")));
    assertFalse(more.isCompressible(more.of("a.deb")));
    assertFalse(more.isCompressible(more.of("a.tar")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.js           | /a/b.js        | true",
        "*.js           | /a/b.jsx       | false",
        "*.js           | /a.js/b        | false",
        "/assets/*      | /assets/a      | true",
        "/assets/*      | /assets/a/b    | false",
        "/assets/**     | /assets/a/b    | true",
        "/**/*.{js,css} | /x/y/z.css     | true",
        "/**/*.{js,css} | /x/y/z.html    | false",
        "a?c            | /abc           | true",
        "a?c            | /ac            | false",
        "[a-c].txt      | /b.txt         | true",
        "[!a-c].txt     | /b.txt         | false",
        "a.b            | /axb           | false",
        "a+b(c)         | /a+b(c)        | true",
        "a,b            | /a,b           | true",
        "/              | /              | true",
      })
  void globsMatchPaths(String glob, String path, boolean matches) {
    assertEquals(matches, Glob.of(glob).matches(path));
  }

  @Test
  void invalidGlobsAreRejected() {
    assertThrows(IllegalArgumentException.class, () -> Glob.of(""));
    assertThrows(IllegalArgumentException.class, () -> Glob.of("{a"));
    assertThrows(IllegalArgumentException.class, () -> Glob.of("[a"));
  }
}
