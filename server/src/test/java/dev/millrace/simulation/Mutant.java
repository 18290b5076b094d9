package dev.millrace.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A change of a source file that makes it wrong.
 *
 * @param name what is wrong then
 * @param source the file
 * @param before its text
 * @param after the text that replaces it
 */
record Mutant(String name, Path source, String before, String after) {
  private static final Path LIST = Path.of("src/test/resources/simulation/mutants.txt");
  private static final Path SERVER = Path.of("src/main/java/dev/millrace");
  private static final Path CORE_IO = Path.of("../core-io/src/main/java/dev/millrace");

  /** All of them; the working directory is that of the module. */
  static List<Mutant> all() throws IOException {
    List<Mutant> all = new ArrayList<>();
    for (String block : Files.readString(LIST).split("\n\n")) {
      List<String> lines = block.lines().filter(line -> !line.startsWith("#")).toList();
      if (!lines.isEmpty()) {
        String file = lines.get(1);
        Path source =
            file.startsWith("@") ? CORE_IO.resolve(file.substring(1)) : SERVER.resolve(file);
        all.add(new Mutant(lines.get(0), source, text(lines, '-'), text(lines, '+')));
      }
    }
    return all;
  }

  private static String text(List<String> lines, char mark) {
    List<String> marked =
        lines.stream()
            .filter(line -> line.charAt(0) == mark)
            .map(line -> line.substring(1))
            .toList();
    return String.join("\n", marked);
  }

  /** How often the source has the text; once if the mutant is up to date. */
  int occurrences() throws IOException {
    String text = Files.readString(source);
    int count = 0;
    for (int at = text.indexOf(before); at >= 0; at = text.indexOf(before, at + 1)) {
      count++;
    }
    return count;
  }

  /** Writes the changed source into a directory. */
  Path writeInto(Path directory) throws IOException {
    Path file = directory.resolve(source.getFileName());
    return Files.writeString(file, Files.readString(source).replace(before, after));
  }

  @Override
  public String toString() {
    return name;
  }
}
