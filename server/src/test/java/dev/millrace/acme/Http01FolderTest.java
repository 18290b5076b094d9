package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http01FolderTest {
  private static final String TOKEN = "pB0NDzKsOo9u75EDtDgLMLA5mB_97zgydK03bmrf-C8";

  @TempDir Path top;

  @Test
  void aReplicaReadsWhatAnotherWrote() throws Exception {
    Http01Folder folder = new Http01Folder(top);
    folder.put(TOKEN, TOKEN + ".thumb");
    assertEquals(TOKEN + ".thumb", Http01Folder.answer(top, TOKEN));
    assertEquals(
        "rw-r--r--",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(top.resolve(TOKEN))));
    folder.put(TOKEN, "another");
    assertEquals("another", Http01Folder.answer(top, TOKEN));
    folder.remove(TOKEN);
    folder.remove(TOKEN);
    assertNull(Http01Folder.answer(top, TOKEN));
    try (var left = Files.list(top)) {
      assertEquals(0, left.count());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "../secret",
        "a/b",
        "/etc/passwd",
        "a.b",
        "a\0b",
        "a b",
        "ä",
        "%2e"
      })
  void onlyTokensAreLookedUp(String token) throws Exception {
    Path folder = Files.createDirectory(top.resolve("folder"));
    Files.writeString(top.resolve("secret"), "secret");
    assertNull(Http01Folder.answer(folder, token));
    Http01Folder writer = new Http01Folder(folder);
    assertThrows(IOException.class, () -> writer.put(token, "x"));
    assertThrows(IOException.class, () -> writer.remove(token));
  }

  @Test
  void longTokensAreRefused() throws Exception {
    assertNull(Http01Folder.answer(top, "a".repeat(256)));
    assertNull(Http01Folder.answer(top, "a".repeat(255)));
  }

  @Test
  void linksAndDirectoriesAreNoAnswers() throws Exception {
    Path secret = Files.writeString(top.resolve("secret.txt"), "secret");
    Files.createSymbolicLink(top.resolve("link"), secret);
    Files.createDirectory(top.resolve("directory"));
    assertNull(Http01Folder.answer(top, "link"));
    assertNull(Http01Folder.answer(top, "directory"));
  }

  @Test
  void aFileOfAnotherKindIsCutOff() throws Exception {
    Files.write(top.resolve("large"), new byte[1 << 20]);
    assertEquals(1024, Http01Folder.answer(top, "large").length());
  }
}
