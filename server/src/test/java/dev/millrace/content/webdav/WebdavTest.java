package dev.millrace.content.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.millrace.server.Answered;
import dev.millrace.server.Programs;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The methods of WebDAV. What litmus tests is in {@link WebdavClientsTest}. */
class WebdavTest {
  private static final String RULE =
      "write: [{path: /, allow: [create, replace, delete], anyone: on}]\n";

  private static final String ON = "webdav: on\nupload-sync: off\n";

  private static final String LOCK =
      "<lockinfo xmlns='DAV:'><lockscope><exclusive/></lockscope><locktype><write/></locktype>"
          + "<owner>a&amp;b</owner></lockinfo>";

  @TempDir Path root;

  private static Answered send(
      RunningServer server, String method, String target, String body, String... fields)
      throws Exception {
    List<String> all = new ArrayList<>(List.of(fields));
    all.add("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length);
    return Answered.raw(
        server.address(),
        method
            + " "
            + target
            + " HTTP/1.1\r\nHost: test\r\n"
            + String.join("\r\n", all)
            + "\r\n\r\n"
            + body);
  }

  private static Answered expect(int status, Answered response) {
    assertEquals(status, response.status(), response.head() + response.text());
    return response;
  }

  private static Answered move(
      RunningServer server, String method, String from, String to, String... fields)
      throws Exception {
    List<String> all = new ArrayList<>(List.of(fields));
    all.add("Destination: " + to);
    return Answered.to(server, method, from, all.toArray(String[]::new));
  }

  private static String token(Answered locked) {
    String field = locked.field("lock-token");
    return field.substring(1, field.length() - 1);
  }

  private static List<String> tree(Path directory) throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> !path.equals(directory))
          .map(path -> directory.relativize(path).toString())
          .filter(name -> !name.equals(".millrace-uploads"))
          .sorted()
          .toList();
    }
  }

  private void write(String path, String content) throws Exception {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @ParameterizedTest
  @EnumSource
  void aTreeIsListedCopiedMovedAndRemoved(Via via) throws Exception {
    write("a/one.txt", "one");
    write("a/b/two", "two");
    Files.createSymbolicLink(root.resolve("a/link"), Path.of("one.txt"));
    try (RunningServer server = RunningServer.start(root, via, ON + RULE)) {
      String listed = expect(207, send(server, "PROPFIND", "/a/", "", "Depth: 1")).text();
      assertTrue(listed.contains("<D:href>/a/</D:href>"), listed);
      assertTrue(listed.contains("<D:href>/a/b/</D:href>"), listed);
      assertTrue(listed.contains("<D:href>/a/one.txt</D:href>"), listed);
      assertTrue(listed.contains("<D:getcontentlength>3</D:getcontentlength>"), listed);
      assertFalse(listed.contains("two"), listed);
      String etag = Answered.get(server, 200, "/a/one.txt").field("etag");
      assertTrue(listed.contains("<D:getetag>" + etag.replace("\"", "&quot;")), listed);

      expect(201, move(server, "COPY", "/a/", "http://test/c/"));
      assertEquals("two", Answered.get(server, 200, "/c/b/two").text());
      expect(412, move(server, "COPY", "/a", "/c", "Overwrite: F"));
      expect(201, move(server, "COPY", "/a", "/shallow", "Depth: 0"));
      assertEquals(List.of(), tree(root.resolve("shallow")));
      expect(204, move(server, "MOVE", "/a/one.txt", "/c/b"));
      assertEquals("one", Answered.get(server, 200, "/c/b").text());
      expect(204, move(server, "MOVE", "/c", "/shallow"));
      expect(204, move(server, "COPY", "/shallow/b", "/a"));
      assertEquals(List.of("a", "shallow", "shallow/b", "shallow/one.txt"), tree(root));
      expect(204, Answered.to(server, "DELETE", "/shallow"));
      expect(404, Answered.to(server, "DELETE", "/shallow"));
      expect(204, Answered.to(server, "DELETE", "/a"));
      assertEquals(List.of(), tree(root), "nothing is left");
      expect(201, Answered.to(server, "MKCOL", "/new/"));
      expect(405, Answered.to(server, "MKCOL", "/new"));
      expect(409, Answered.to(server, "MKCOL", "/none/new"));
      expect(415, send(server, "MKCOL", "/other", "<x/>"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "HTTP2_URING", "NIO"})
  void locksKeepOtherClientsFromWriting(Via via) throws Exception {
    write("d/f", "old");
    try (RunningServer server = RunningServer.start(root, via, ON + RULE)) {
      Answered locked = expect(200, send(server, "LOCK", "/d", LOCK, "Timeout: Second-99"));
      String token = token(locked);
      assertTrue(locked.text().contains("<D:owner>a&amp;b</D:owner>"), locked.text());
      assertTrue(locked.text().contains("<D:depth>infinity</D:depth>"), locked.text());
      assertTrue(locked.text().contains("<D:href>/d</D:href>"), locked.text());
      Answered refused = expect(423, send(server, "PUT", "/d/f", "new"));
      assertEquals("application/problem+json", refused.field("content-type"));
      expect(423, send(server, "PUT", "/d/g", "new"));
      expect(423, Answered.to(server, "DELETE", "/d/f"));
      expect(423, Answered.to(server, "DELETE", "/d"));
      expect(423, Answered.to(server, "MKCOL", "/d/x"));
      Answered moved = expect(423, move(server, "MOVE", "/d/f", "/f"));
      assertTrue(moved.text().contains("<D:lock-token-submitted><D:href>/d</D:href>"));
      write("g", "g");
      expect(423, move(server, "COPY", "/g", "/d/f"));
      expect(423, send(server, "LOCK", "/d/f", LOCK));
      expect(412, send(server, "PUT", "/d/f", "new", "If: (<urn:uuid:other>)"));
      expect(204, send(server, "PUT", "/d/f", "new", "If: (<" + token + ">)"));
      expect(201, move(server, "COPY", "/d/f", "/copy"));
      expect(204, move(server, "COPY", "/copy", "/d/f", "If: </d> (<" + token + ">)"));
      expect(409, Answered.to(server, "UNLOCK", "/copy", "Lock-Token: <" + token + ">"));
      expect(200, send(server, "LOCK", "/d/f", "", "If: (<" + token + ">)"));
      expect(204, Answered.to(server, "UNLOCK", "/d/f", "Lock-Token: <" + token + ">"));
      expect(409, Answered.to(server, "UNLOCK", "/d", "Lock-Token: <" + token + ">"));
      expect(204, send(server, "PUT", "/d/f", "newer"));
      expect(201, send(server, "LOCK", "/empty", LOCK, "Depth: 0"));
      assertEquals("", Answered.get(server, 200, "/empty").text());
      expect(409, send(server, "LOCK", "/none/f", LOCK));
      expect(400, send(server, "LOCK", "/d/f", ""));
      expect(400, send(server, "LOCK", "/d/f", LOCK, "Depth: 1"));
      expect(400, Answered.to(server, "UNLOCK", "/empty", "Lock-Token: x"));
    }
  }

  @Test
  void aLockBelongsToItsUser() throws Exception {
    Path users = root.resolve("users");
    Files.writeString( // ann:a, bob:b
        users, "ann:" + hash("a") + "\nbob:" + hash("b") + "\n");
    String yaml = ON + "write: [{path: /, allow: [create, replace], basic: " + users + "}]\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      String ann = "Authorization: Basic " + base64("ann:a");
      String bob = "Authorization: Basic " + base64("bob:b");
      String token = token(expect(201, send(server, "LOCK", "/f", LOCK, ann)));
      expect(401, send(server, "LOCK", "/g", LOCK));
      expect(423, send(server, "PUT", "/f", "x", bob, "If: (<" + token + ">)"));
      expect(409, Answered.to(server, "UNLOCK", "/f", bob, "Lock-Token: <" + token + ">"));
      expect(204, send(server, "PUT", "/f", "x", ann, "If: (<" + token + ">)"));
      expect(403, Answered.to(server, "DELETE", "/f", ann));
      expect(403, move(server, "MOVE", "/f", "/h", ann, "If: (<" + token + ">)"));
    }
  }

  private static String hash(String password) {
    return BCrypt.withDefaults().hashToString(4, password.toCharArray());
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @EnumSource(names = {"URING", "NIO"})
  void propertiesStayWithTheFile(Via via) throws Exception {
    write("f", "old");
    String patch =
        "<d:propertyupdate xmlns:d='DAV:' xmlns:z='urn:z'><d:set><d:prop><z:p xml:lang='en'"
            + " z:a='1'>x<z:y/>&lt;</z:p></d:prop></d:set></d:propertyupdate>";
    String find = "<propfind xmlns='DAV:'><prop><p xmlns='urn:z'/><none/></prop></propfind>";
    try (RunningServer server = RunningServer.start(root, via, ON + RULE)) {
      expect(207, send(server, "PROPPATCH", "/f", patch));
      expect(204, send(server, "PUT", "/f", "new"));
      expect(201, move(server, "MOVE", "/f", "/g"));
      expect(201, move(server, "COPY", "/g", "/h"));
      String xml = expect(207, send(server, "PROPFIND", "/h", find, "Depth: 0")).text();
      assertTrue(
          xml.contains("xml:lang=\"en\"")
              && xml.contains("x<x:y xmlns:x=\"urn:z\"/>&lt;</x:p>")
              && xml.contains("<D:none/></D:prop><D:status>HTTP/1.1 404 Not Found"),
          xml);
      String fixed =
          patch.replace("</d:prop></d:set>", "<d:getetag>1</d:getetag></d:prop></d:set>");
      String failed = expect(207, send(server, "PROPPATCH", "/h", fixed)).text();
      assertTrue(failed.contains("403 Forbidden") && failed.contains("424 Failed"), failed);
      String large = patch.replace(">x<", ">" + "x".repeat(60_000) + "<");
      String result = expect(207, send(server, "PROPPATCH", "/h", large)).text();
      assertTrue(result.contains("507 Insufficient Storage"), result);
      assertTrue(
          expect(207, send(server, "PROPFIND", "/h", find, "Depth: 0")).text().contains(">x<x:y"),
          "the old properties");
      expect(404, send(server, "PROPPATCH", "/none", patch));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE x [<!ENTITY a 'b'>]><propfind xmlns='DAV:'><allprop/></propfind>",
        "<!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
            + "<propfind xmlns='DAV:'><prop>&b;</prop></propfind>",
        "<!DOCTYPE x SYSTEM 'file:///etc/passwd'><propfind xmlns='DAV:'><allprop/></propfind>",
        "<propfind xmlns='DAV:'><prop>&undefined;</prop></propfind>",
        "<propfind xmlns='DAV:'><allprop>",
        "<propfind xmlns='DAV:'/>",
        "<propfind><allprop/></propfind>",
        "<propfind xmlns='DAV:'><prop><x:p xmlns:x=''/></prop></propfind>",
        "text"
      })
  void malformedAndHostileXmlIsRefused(String xml) throws Exception {
    try (RunningServer server = RunningServer.start(root, Via.URING, ON + RULE)) {
      Answered refused = expect(400, send(server, "PROPFIND", "/", xml, "Depth: 0"));
      assertEquals("application/problem+json", refused.field("content-type"));
      expect(400, send(server, "PROPPATCH", "/x", xml));
      expect(400, send(server, "LOCK", "/x", xml));
    }
  }

  @Test
  void deepAndLongXmlIsRefused() throws Exception {
    try (RunningServer server = RunningServer.start(root, Via.URING, ON + RULE)) {
      String deep = "<a>".repeat(65) + "</a>".repeat(65);
      expect(400, send(server, "PROPFIND", "/", deep, "Depth: 0"));
      String many = "<a>" + "<b/>".repeat(5_000) + "</a>";
      expect(400, send(server, "PROPFIND", "/", many, "Depth: 0"));
      expect(413, send(server, "PROPFIND", "/", "<a>" + " ".repeat(65_536), "Depth: 0"));
      String owner = LOCK.replace("a&amp;b", "o".repeat(3_000));
      expect(400, send(server, "LOCK", "/x", owner));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          400 | -
          502 | http://other/x
          502 | http://test:81/x
          502 | http:
          400 | x
          400 | /x?y
          400 | /%zz
          400 | /../x
          409 | /
          403 | /.hidden
          403 | /.millrace-uploads/x
          403 | /a
          403 | /a/b/c
          409 | /none/x
          502 | /mounted/x
          201 | http://test:80/x
          201 | HTTPS://TEST/x
          201 | /y/../x%20y
          """)
  void aDestinationIsBeneathTheMount(int status, String destination) throws Exception {
    write("a/b/f", "f");
    Path other = Files.createDirectory(root.resolve("other"));
    String yaml = ON + RULE + "mounts: [{path: /mounted, root: " + other + "}]\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      for (String method : List.of("COPY", "MOVE")) {
        Answered response =
            destination == null
                ? Answered.to(server, method, "/a")
                : move(server, method, "/a", destination);
        expect(status == 502 && destination.equals("http:") ? 400 : status, response);
        if (status == 201) {
          Path made = root.resolve(destination.contains("y/") ? "x y" : "x");
          assertEquals("f", Files.readString(made.resolve("b/f")));
          expect(
              204,
              Answered.to(
                  server, "DELETE", "/" + made.getFileName().toString().replace(" ", "%20")));
        }
      }
      assertEquals(
          status == 201 ? List.of("other") : List.of("a", "a/b", "a/b/f", "other"), tree(root));
      expect(400, move(server, "COPY", "/a", "/z", "Overwrite: x"));
      expect(400, move(server, "MOVE", "/a", "/z", "Depth: 0"));
    }
  }

  @Test
  void rulesOfPathsBelowADirectoryAreNotCircumvented() throws Exception {
    write("d/secret/f", "f");
    write("d/kept/f", "f");
    Path users = root.resolve("users");
    Files.writeString(users, "ann:" + hash("a") + "\n");
    String yaml =
        ON
            + "auth: [{path: /d/secret, basic: "
            + users
            + "}]\n"
            + "write:\n"
            + "  - {path: /, allow: [create, replace, delete], anyone: on}\n"
            + "  - {path: /d/kept, allow: [create], anyone: on}\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml)) {
      expect(401, send(server, "PROPFIND", "/d/secret/", "", "Depth: 1"));
      expect(401, move(server, "COPY", "/d/secret/f", "/f"));
      for (String method : List.of("COPY", "MOVE")) {
        expect(403, move(server, method, "/d", "/e"));
      }
      expect(403, Answered.to(server, "DELETE", "/d"));
      expect(403, Answered.to(server, "DELETE", "/d/kept/f"));
      write("other/f", "f");
      expect(403, move(server, "MOVE", "/other", "/d"));
      expect(403, move(server, "COPY", "/other", "/d"));
      expect(403, move(server, "COPY", "/other/f", "/d/kept/f"));
      assertEquals(
          List.of("d", "d/kept", "d/kept/f", "d/secret", "d/secret/f", "other", "other/f", "users"),
          tree(root));
    }
  }

  @Test
  void withoutTheSettingOrARuleTheMethodsAreNotAllowed() throws Exception {
    write("f", "f");
    try (RunningServer server = RunningServer.start(root, Via.URING, RULE)) {
      for (String method : List.of("PROPFIND", "MKCOL", "COPY", "MOVE", "LOCK", "PROPPATCH")) {
        Answered refused = expect(405, send(server, method, "/f", "x"));
        assertEquals("GET, HEAD, OPTIONS, PUT, DELETE", refused.field("allow"));
      }
      assertEquals("", Answered.to(server, "OPTIONS", "/f").field("dav"));
    }
    try (RunningServer server = RunningServer.start(root, Via.URING, ON)) {
      expect(405, Answered.to(server, "MKCOL", "/x"));
      expect(403, move(server, "COPY", "/f", "/g"));
      Answered options = expect(204, Answered.to(server, "OPTIONS", "/f"));
      assertEquals("1, 2", options.field("dav"));
      assertEquals("GET, HEAD, OPTIONS, PROPFIND, COPY", options.field("allow"));
    }
  }

  @Test
  void everyPropertyOfEveryEntryIsInALargeListing() throws Exception {
    for (int i = 0; i < 150; i++) {
      write("d/file-" + i + "-&", "x");
    }
    write("d/.hidden", "x");
    try (RunningServer server = RunningServer.start(root, Via.URING, ON + RULE)) {
      expect(204, send(server, "PUT", "/d/file-0-&", "x")); // makes the staging area
      Answered refused = expect(403, send(server, "PROPFIND", "/d/", ""));
      assertTrue(refused.text().contains("<D:propfind-finite-depth>"), refused.text());
      expect(403, send(server, "PROPFIND", "/d/", "", "Depth: infinity"));
      expect(400, send(server, "PROPFIND", "/d/", "", "Depth: 2"));
      String xml = expect(207, send(server, "PROPFIND", "/d/", "", "Depth: 1")).text();
      assertEquals(151, xml.split("<D:response>", -1).length - 1);
      assertEquals(151, XmlElement.parse(xml.getBytes(StandardCharsets.UTF_8)).children().size());
      assertFalse(xml.contains("hidden"));
      String names = "<propfind xmlns='DAV:'><propname/></propfind>";
      String named = expect(207, send(server, "PROPFIND", "/d/file-1-&", names, "Depth: 0")).text();
      assertTrue(named.contains("<D:getetag/>"), named);
      expect(404, send(server, "PROPFIND", "/d/none", "", "Depth: 0"));
      expect(404, send(server, "PROPFIND", "/d/file-1-&/", "", "Depth: 0"));
      expect(404, send(server, "PROPFIND", "/.millrace-uploads/", "", "Depth: 0"));
    }
    try (RunningServer server =
        RunningServer.start(root, Via.URING, ON + RULE + "dotfiles: on\nlisting: on\n")) {
      String xml = expect(207, send(server, "PROPFIND", "/", "", "Depth: 1")).text();
      assertFalse(xml.contains("millrace-uploads"), xml);
      assertFalse(Answered.get(server, 200, "/").text().contains("millrace-uploads"));
    }
  }

  /** A tree deeper than descriptors or the stack allow, and longer than any path. */
  @Test
  void aTreeOfAnyDepthIsRemoved() throws Exception {
    try (RunningServer server = RunningServer.start(root, Via.URING, ON + RULE)) {
      Path here = Files.createDirectory(root.resolve("deep"));
      Programs.Result made =
          Programs.run(
              "python3",
              "-c",
              "import os\nos.chdir('"
                  + here
                  + "')\nfor i in range(3000):\n os.mkdir('d')\n"
                  + " open('f', 'w').close()\n os.chdir('d')");
      assertEquals(0, made.exitCode(), made.err());
      Answered refused = move(server, "COPY", "/deep", "/copy");
      assertTrue(refused.status() == 400 || refused.status() == 409, refused.head().toString());
      expect(204, Answered.to(server, "DELETE", "/deep"));
      assertEquals(List.of(), tree(root));
    }
  }
}
