package dev.millrace.content;

import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.semantics.ContentCoding;
import org.jspecify.annotations.Nullable;

/**
 * The file selected for a request.
 *
 * @param path path from the mount's root, without the suffix of a coding
 * @param directory the requested path, if the file is its index file; else null
 * @param contentType media type of the content without its coding
 * @param coding the coding in which the file is stored, or null
 * @param varies whether another Accept-Encoding could select another file
 * @param cacheableByPath whether no other path was tried, so that the file at this one alone
 *     decides
 */
@SuppressWarnings("ArrayRecordComponent") // never compared or changed
public record SelectedFile(
    OpenFile file,
    byte[] path,
    @Nullable ParsedPath directory,
    String contentType,
    @Nullable ContentCoding coding,
    boolean varies,
    boolean cacheableByPath) {
  /** The same with a stored variant. */
  public SelectedFile as(OpenFile variant, ContentCoding variantCoding) {
    return new SelectedFile(variant, path, directory, contentType, variantCoding, true, false);
  }
}
