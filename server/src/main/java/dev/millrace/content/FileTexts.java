package dev.millrace.content;

import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.files.OpenFile;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.http.semantics.EntityTag;
import dev.millrace.http.semantics.HttpDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of a file's response fields, computed once and attached to the open file. Loop thread
 * only.
 *
 * @param digests the digests known at that time
 * @param modifiedSeconds when the file was modified
 * @param entityTags as {@link Validators#entityTags} returns them
 * @param lastModified null if the time is outside of HTTP's range
 * @param reprDigest null if no digest is known
 */
public record FileTexts(
    @Nullable ContentCoding coding,
    Digests digests,
    long modifiedSeconds,
    List<String> entityTags,
    @Nullable String lastModified,
    @Nullable String reprDigest) {
  /** The values for a file and the coding in which it is stored, or null for none. */
  public static FileTexts of(OpenFile file, @Nullable ContentCoding coding, Digests digests) {
    if (file.note() instanceof FileTexts cached && cached.isOf(coding, digests, file)) {
      return cached;
    }
    FileStat stat = file.stat();
    FileTexts created =
        new FileTexts(
            coding,
            digests,
            file.modifiedSeconds(),
            Validators.entityTags(stat, coding, digests),
            HttpDate.ofFile(file.modifiedSeconds()),
            DigestFields.reprDigest(digests));
    if (Validators.isSettled(stat) && !EntityTag.isWeak(created.entityTags.getFirst())) {
      file.note(created);
    }
    return created;
  }

  @SuppressWarnings(
      "ReferenceEquality") // a file's Digests object is replaced when a digest is added
  private boolean isOf(@Nullable ContentCoding otherCoding, Digests otherDigests, OpenFile file) {
    return coding == otherCoding
        && digests == otherDigests
        && modifiedSeconds == file.modifiedSeconds();
  }
}
