package dev.millrace.content.listing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.server.Browser;
import dev.millrace.server.Programs;
import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** axe, which browsers' developer tools use, finds no fault in listings. */
class ListingAccessibilityTest {
  private static final Path SOURCE = Path.of("src", "test", "npm").toAbsolutePath();
  private static final String VIOLATIONS =
      "axe.run().then(r => r.passes.length < 15 ? 'only ' + r.passes.length + ' checks'"
          + " : r.violations.map("
          + "v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ')).join('; '))";

  @TempDir Path root;
  @TempDir Path elsewhere;

  @Test
  void listingsHaveNoViolations() throws Exception {
    for (String name : List.of("package.json", "package-lock.json", ".npmrc")) {
      Files.copy(SOURCE.resolve(name), elsewhere.resolve(name));
    }
    Programs.Result installed =
        Programs.run("npm", "ci", "--ignore-scripts", "--prefix", elsewhere.toString());
    assertEquals(0, installed.exitCode(), installed.out() + installed.err());
    String axe = Files.readString(elsewhere.resolve("node_modules/axe-core/axe.min.js"));
    Path directory = Files.createDirectories(root.resolve("d/sub"));
    for (String name : List.of("a.png", "b.mp3", "c.mp4", "d.txt", "e.zip", "f.bin")) {
      Files.write(directory.resolve("../" + name), new byte[100]);
    }
    Files.writeString(
        root.resolve("d/README.md"),
        "## Files\n\n- [one](d.txt)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
    String yaml =
        "listing: on\narchives: on\nlisting-title: Our files\nlisting-footer: A note\n"
            + "write: [{path: /, allow: [create], anyone: on}]\n";
    try (RunningServer server = RunningServer.start(root, Via.URING, yaml);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest sum =
          HttpRequest.newBuilder(URI.create(server.url() + "/d/d.txt.sha256")).build();
      assertEquals(200, client.send(sum, BodyHandlers.ofString()).statusCode());
      for (boolean dark : new boolean[] {false, true}) {
        try (Browser browser = new Browser(dark)) {
          for (String path : List.of("/d/", "/d/?q=*.p*&deep=1", "/", "/d/?limit=2&offset=2")) {
            browser.open(server.url() + path);
            assertEquals("\"\"", browser.await(axe, VIOLATIONS), path + (dark ? " dark" : ""));
          }
          browser.open(server.url() + "/d/");
          browser.screenshot("listing-" + (dark ? "dark" : "light"));
        }
      }
    }
  }
}
