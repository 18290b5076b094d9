package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each example as from the command line. */
class CopyExamplesTest {
  @TempDir Path directory;

  private interface Example {
    void main(String... arguments) throws Exception;
  }

  private static final List<Example> EXAMPLES =
      List.of(PlatformThreadCopy::main, VirtualThreadCopy::main, StateMachineCopy::main);

  private static String output(Example example, String... arguments) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
    try {
      example.main(arguments);
    } finally {
      System.setOut(before);
    }
    return captured.toString(StandardCharsets.UTF_8);
  }

  @Test
  void eachModelCopiesAndHashesTheSame() throws Exception {
    for (int size : new int[] {0, 1, BlockingCopy.PIECE_BYTES, 1_000_003}) {
      byte[] content = new byte[size];
      new Random(size).nextBytes(content);
      Path from = Files.write(directory.resolve("from" + size), content);
      String hash = HexFormat.of().formatHex(BlockingCopy.sha256().digest(content));
      for (Example example : EXAMPLES) {
        Path to = directory.resolve("to");
        assertEquals(hash + "  " + to + "\n", output(example, from.toString(), to.toString()));
        assertArrayEquals(content, Files.readAllBytes(to));
      }
    }
  }

  @Test
  void aMissingFileFailsInEachModelAndNothingHangs() {
    for (Example example : EXAMPLES) {
      IllegalStateException failed =
          assertThrows(
              IllegalStateException.class,
              () -> example.main(directory.resolve("none").toString(), directory + "/to"));
      assertEquals(
          "open " + directory.resolve("none") + ": ENOENT (2, No such file or directory)",
          failed.getCause().getMessage());
    }
  }
}
