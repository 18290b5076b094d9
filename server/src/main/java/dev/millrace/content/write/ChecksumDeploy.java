package dev.millrace.content.write;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.digest.FileVersion;
import dev.millrace.digest.IndexedFile;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.StagedFile;
import dev.millrace.files.WritableDirectory;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A PUT without a body whose digest the index already knows ({@code X-Checksum-Deploy} of
 * Artifactory): the file is copied from the one that has it. Only files beneath the directory of
 * the write rule are used, so a digest gives a client no file that it could not have written.
 * Worker threads.
 */
final class ChecksumDeploy {
  private static final HttpString FIELD = new HttpString("X-Checksum-Deploy");

  private ChecksumDeploy() {}

  /** Whether a request is one. */
  static boolean isRequested(HeaderMap headers) {
    String field = headers.getFirst(FIELD);
    return field != null && field.strip().equalsIgnoreCase("true");
  }

  /**
   * Stores the file.
   *
   * @throws WriteException 404 if no file is known that has the digest
   */
  static Stored run(Target target, WriteServices services, ExpectedDigests expected)
      throws WriteException {
    Map.Entry<Algorithm, byte[]> digest =
        expected
            .strongest()
            .orElseThrow(() ->
                new WriteException(
                    StatusCodes.BAD_REQUEST,
                    "X-Checksum-Deploy requires a SHA-256 or SHA-512 of the file"));
    try (WritableDirectory directory = UploadWork.openDirectory(target, services, 0)) {
      for (IndexedFile known : services.holding(digest.getKey(), digest.getValue())) {
        try (OpenFile source = open(target, known)) {
          if (source != null) {
            return copy(target, services, expected, directory, source, known.digests());
          }
        }
      }
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
    throw new WriteException(StatusCodes.NOT_FOUND, "no file here is known to have this digest");
  }

  /** Opens a file of the index if it is beneath the rule's directory and still the same version. */
  private static @Nullable OpenFile open(Target target, IndexedFile known) {
    byte[] path = known.path();
    ParsedPath below = path == null ? null : below(target, path);
    if (below == null) {
      return null;
    }
    try {
      OpenFile file =
          OpenFile.open(target.root(), below.relative(""), target.mount().policy().symlinks());
      if (FileVersion.of(file.stat()).equals(known.version())
          && !target.mount().refuses(file.stat())) {
        return file;
      }
      file.close();
    } catch (ErrnoException gone) {
      // removed or replaced since it was hashed
    }
    return null;
  }

  /** The path from the mount's root of an absolute path, if the target's rule applies to it. */
  private static @Nullable ParsedPath below(Target target, byte[] path) {
    byte[] root =
        (target.mount().mount().root().toAbsolutePath().normalize() + "/")
            .getBytes(StandardCharsets.UTF_8);
    if (path.length <= root.length || !Arrays.equals(root, 0, root.length, path, 0, root.length)) {
      return null;
    }
    List<byte[]> names = new ArrayList<>();
    String rest =
        new String(path, root.length, path.length - root.length, StandardCharsets.ISO_8859_1);
    for (String name : rest.split("/", -1)) {
      names.add(name.getBytes(StandardCharsets.ISO_8859_1));
    }
    ParsedPath below = new ParsedPath(names, false);
    int above = target.mount().mount().prefix().segments().size();
    List<byte[]> rule = target.rule().prefix().segments();
    ParsedPath directory =
        new ParsedPath(rule.subList(Math.min(above, rule.size()), rule.size()), true);
    boolean hidden = !target.mount().policy().dotfiles() && below.isHidden(0);
    return below.startsWith(directory) && !hidden ? below : null;
  }

  private static Stored copy(
      Target target,
      WriteServices services,
      ExpectedDigests expected,
      WritableDirectory directory,
      OpenFile source,
      Digests digests)
      throws WriteException, ErrnoException {
    UploadSettings settings = services.settings();
    if (directory.freeBytes() - settings.minFreeBytes() < source.stat().sizeBytes()) {
      throw new WriteException(
          WriteException.INSUFFICIENT_STORAGE, "the file system has no room for a copy");
    }
    expected.checkKnown(digests);
    try (StagedFile copy = StagedFile.create(directory, target.staging(), settings.mode())) {
      copy.copy(source);
      if (!source.isUnchanged()) {
        throw new WriteException(StatusCodes.CONFLICT, "the file has changed while it was copied");
      }
      return Publication.publish(target, services, copy, directory, digests);
    }
  }
}
