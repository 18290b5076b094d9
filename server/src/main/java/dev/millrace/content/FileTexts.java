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
 * What every answer with a file says of it, made once and kept with the open file. Loop thread
 * only.
 *
 * @param digests known when this was made
 * @param entityTags as {@link Validators#entityTags} has them
 * @param lastModified null for a time that has no date
 * @param reprDigest null if no digest is known
 */
public record FileTexts(
    @Nullable ContentCoding coding,
    Digests digests,
    List<String> entityTags,
    @Nullable String lastModified,
    @Nullable String reprDigest) {
  /** Those of a file, which is sent in a coding or not. */
  public static FileTexts of(OpenFile file, @Nullable ContentCoding coding, Digests digests) {
    if (file.note() instanceof FileTexts kept && kept.isOf(coding, digests)) {
      return kept;
    }
    FileStat stat = file.stat();
    FileTexts made =
        new FileTexts(
            coding,
            digests,
            Validators.entityTags(stat, coding, digests),
            HttpDate.ofFile(stat.modifiedSeconds()),
            DigestFields.reprDigest(digests));
    if (Validators.isSettled(stat) && !EntityTag.isWeak(made.entityTags.getFirst())) {
      file.note(made);
    }
    return made;
  }

  @SuppressWarnings("ReferenceEquality") // what is known of a file is one object until more is
  private boolean isOf(@Nullable ContentCoding otherCoding, Digests otherDigests) {
    return coding == otherCoding && digests == otherDigests;
  }
}
