package dev.millrace.certificate;

import java.io.Serial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A certificate or key that cannot be used. The message is one line for the operator: the file,
 * what is wrong, the cure.
 */
public final class BadCertificateException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param file the file that must change
   * @param problem what is wrong and the cure, without the file's name
   */
  BadCertificateException(Path file, String problem) {
    this(file, problem, null);
  }

  BadCertificateException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
