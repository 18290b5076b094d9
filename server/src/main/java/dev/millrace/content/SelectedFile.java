package dev.millrace.content;

import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.semantics.ContentCoding;
import org.jspecify.annotations.Nullable;

/**
 * The file that a request gets.
 *
 * @param path of the file without its coding, from the mount's root
 * @param directory the path asked for, if the file is its index; else null
 * @param contentType of the content without its coding
 * @param coding how the file is coded, or null
 * @param varies whether another Accept-Encoding could have found another
 * @param cacheableByPath whether no other path was looked at, so that what is at this one decides
 *     alone
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
public record SelectedFile(
    OpenFile file,
    byte[] path,
    @Nullable ParsedPath directory,
    String contentType,
    @Nullable ContentCoding coding,
    boolean varies,
    boolean cacheableByPath) {
  /** The stored variant of it. */
  public SelectedFile as(OpenFile variant, ContentCoding variantCoding) {
    return new SelectedFile(variant, path, directory, contentType, variantCoding, true, false);
  }
}
