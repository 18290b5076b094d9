package dev.millrace.acme;

import java.util.HashSet;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Logs each kind of message once until it is reset, so that a long outage does not fill the log.
 */
final class DistinctWarnings {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** Kinds may contain text of the authority, which must not fill memory. */
  private static final int MAX_REMEMBERED = 64;

  private final Set<String> logged = new HashSet<>();

  /**
   * Logs at WARNING.
   *
   * @param kind what makes the message distinct
   * @param message what has failed, and the consequence
   */
  void warn(String kind, String message) {
    if (logged.size() >= MAX_REMEMBERED) {
      logged.clear();
    }
    if (logged.add(kind)) {
      LOG.log(Level.WARNING, "acme: {0}", message);
    }
  }

  void reset() {
    logged.clear();
  }
}
