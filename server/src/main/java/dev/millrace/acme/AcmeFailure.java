package dev.millrace.acme;

import java.io.IOException;
import java.io.Serial;
import java.util.regex.Pattern;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.exception.AcmeUserActionRequiredException;

/** An attempt that led to no certificate. The message is the reason in one line. */
final class AcmeFailure extends Exception {
  @Serial private static final long serialVersionUID = 1L;
  private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}+");
  private static final int MAX_LENGTH = 1000;

  private final String kind;

  AcmeFailure(String reason) {
    this(reason, reason);
  }

  /**
   * @param reason may have details that differ each time, as the token of a challenge
   * @param kind the same for all failures that have the same cause
   */
  AcmeFailure(String reason, String kind) {
    super(line(reason));
    this.kind = kind;
  }

  /** Text that is equal for failures with the same cause, whose messages may differ. */
  String kind() {
    return kind;
  }

  static AcmeFailure of(Throwable cause) {
    AcmeFailure failure = described(cause);
    failure.initCause(cause);
    return failure;
  }

  private static AcmeFailure described(Throwable cause) {
    Throwable at =
        cause instanceof AcmeLazyLoadingException && cause.getCause() != null
            ? cause.getCause()
            : cause;
    if (at instanceof AcmeUserActionRequiredException action) {
      String terms = action.getTermsOfServiceUri().map(url -> "; terms: " + url).orElse("");
      return new AcmeFailure("the authority requires an action: " + text(action) + terms);
    }
    if (at instanceof AcmeServerException refused) {
      return new AcmeFailure(
          "the authority refused: " + text(refused), String.valueOf(refused.getType()));
    }
    if (at instanceof AcmeException && at.getCause() instanceof IOException network) {
      return new AcmeFailure("the authority cannot be reached: " + named(network));
    }
    if (at instanceof AcmeException) {
      return new AcmeFailure("the authority's response: " + named(at));
    }
    return new AcmeFailure(named(at));
  }

  /** Text of the authority on one line of limited length, as a log needs it. */
  static String line(String text) {
    String line = CONTROLS.matcher(text).replaceAll(" ").strip();
    return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "..." : line;
  }

  private static String text(AcmeServerException refused) {
    return refused.getProblem() + " (" + refused.getType() + ")";
  }

  /** Many exceptions of the network have a message that makes sense only with their class. */
  private static String named(Throwable cause) {
    String message = cause.getMessage();
    String name = cause.getClass().getSimpleName();
    return message == null ? name : name + ": " + message;
  }
}
