package dev.millrace.http.exchange;

import dev.millrace.http.parser.HeadParser;
import org.xnio.StreamConnection;

/**
 * Decides on each valid request of a loop, before the response cache or a handler answers it. Loop
 * thread only.
 */
@FunctionalInterface
public interface RequestGate {
  /**
   * What happens to a request.
   *
   * @param status 0 if it is answered, else the status of the error response
   * @param retryAfterSeconds the value of Retry-After; 0 for none
   * @param isFinal whether this is decided; otherwise a handler decides, which knows the client
   *     that a proxy names
   */
  record Verdict(int status, long retryAfterSeconds, boolean isFinal) {
    public static final Verdict PASS = new Verdict(0, 0, true);
    public static final Verdict LATER = new Verdict(0, 0, false);

    /** Whether the response cache may answer. */
    public boolean passes() {
      return isFinal && status == 0;
    }
  }

  /** Lets all requests pass. */
  RequestGate OPEN = (_, _, _, _) -> Verdict.PASS;

  /**
   * Decides on a request.
   *
   * @param base index of the head in {@code bytes}
   */
  Verdict check(StreamConnection connection, HeadParser head, byte[] bytes, int base);
}
