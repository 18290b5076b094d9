package dev.millrace.content.listing;

import dev.millrace.files.DirectoryEntry;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.FileInput;
import dev.millrace.files.OpenFile;
import dev.millrace.text.HtmlText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jspecify.annotations.Nullable;

/**
 * The file that describes a directory. Worker threads.
 *
 * @param name of the file
 * @param html its text, in which markup of HTML is escaped and links lead to web pages only
 */
record Readme(String name, String html) {
  /** In order of preference. */
  private static final List<String> NAMES = List.of("readme.md", "readme.txt", "readme");

  /** The beginning of a longer file is shown. */
  private static final int MAX_BYTES = 128 << 10;

  private static final int MAX_NESTED_BLOCKS = 64;

  /** Loaded on first use. */
  private static final class Markdown {
    static final List<TablesExtension> EXTENSIONS =
        List.of((TablesExtension) TablesExtension.create());
    static final Parser PARSER =
        Parser.builder().extensions(EXTENSIONS).maxOpenBlockParsers(MAX_NESTED_BLOCKS).build();
    static final HtmlRenderer RENDERER =
        HtmlRenderer.builder().extensions(EXTENSIONS).escapeHtml(true).sanitizeUrls(true).build();
  }

  /** The description of a directory with these entries; null if there is none. */
  static @Nullable Readme find(DirectoryScan scan, List<DirectoryEntry> entries) {
    for (String name : NAMES) {
      for (DirectoryEntry entry : entries) {
        if (!entry.isDirectory() && entry.text().toLowerCase(Locale.ROOT).equals(name)) {
          try {
            return read(scan, entry);
          } catch (IOException unreadable) {
            return null;
          }
        }
      }
    }
    return null;
  }

  private static @Nullable Readme read(DirectoryScan scan, DirectoryEntry entry)
      throws IOException {
    byte[] content;
    try (OpenFile file = scan.open(entry);
        FileInput in = new FileInput(file)) {
      if (!file.stat().isRegularFile()) {
        return null;
      }
      content = in.readNBytes(MAX_BYTES);
    }
    String text = new String(content, StandardCharsets.UTF_8);
    String name = entry.text();
    return new Readme(
        name, name.toLowerCase(Locale.ROOT).endsWith(".md") ? rendered(text) : plain(text));
  }

  private static String rendered(String text) {
    try {
      return Markdown.RENDERER.render(Markdown.PARSER.parse(text));
    } catch (StackOverflowError nested) { // emphasis in emphasis, thousands of times
      return plain(text);
    }
  }

  private static String plain(String text) {
    StringBuilder html = new StringBuilder("<pre>");
    HtmlText.escape(html, text);
    return html.append("</pre>\n").toString();
  }
}
