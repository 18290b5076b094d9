package dev.millrace.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a certificate is renewed: at a random moment of the window that the authority suggests (RFC
 * 9773), or without one at two thirds of its life ± 5 %.
 */
final class RenewalSchedule {
  private static final double USUAL = 2.0 / 3;
  private static final double JITTER = 0.05;

  /** Bounds of the authority's Retry-After, as RFC 9773, section 4.3.1, recommends. */
  private static final Duration MIN_CHECK = Duration.ofMinutes(1);

  private static final Duration MAX_CHECK = Duration.ofDays(1);

  /** RFC 9773, section 4.3.3: when to ask again after a failure. */
  private static final Duration DEFAULT_CHECK = Duration.ofHours(6);

  private final RandomGenerator random;
  private final Instant notAfter;
  private final Instant earliest;
  private final Instant usual;
  private @Nullable Instant windowStart;
  private @Nullable Instant windowEnd;
  private @Nullable Instant chosen;
  private Instant nextCheck;

  /**
   * @param now when the schedule is made; the authority is asked for a window at once
   * @param earliest no renewal is due before it, whatever the authority suggests
   */
  RenewalSchedule(
      IssuedCertificate certificate, Instant now, Instant earliest, RandomGenerator random) {
    this.random = random;
    this.notAfter = certificate.notAfter();
    this.earliest = earliest;
    Duration life = certificate.lifetime();
    double part = USUAL + JITTER * (2 * random.nextDouble() - 1);
    this.usual = notAfter.minus(life).plusSeconds((long) (life.toSeconds() * part));
    this.nextCheck = now;
  }

  /** When the certificate is renewed, as far as is known. */
  Instant due() {
    Instant due = chosen != null ? chosen : usual;
    return due.isBefore(earliest) ? earliest : due;
  }

  /** When the authority is asked for its window again. */
  Instant nextCheck() {
    return nextCheck;
  }

  /**
   * The authority suggests a window. A moment is chosen once for each window, so that the renewals
   * of all its clients are spread.
   *
   * @param retryAfter when the authority wants to be asked again, or null
   * @return false if the window is malformed or ends after the certificate; the usual moment holds
   */
  boolean suggested(Instant now, Instant start, Instant end, @Nullable Instant retryAfter) {
    nextCheck = now.plus(interval(now, retryAfter));
    long from = start.toEpochMilli();
    long to = end.toEpochMilli();
    if (from >= to || end.isAfter(notAfter)) {
      forgetWindow();
      return false;
    }
    if (chosen == null || !start.equals(windowStart) || !end.equals(windowEnd)) {
      windowStart = start;
      windowEnd = end;
      chosen = Instant.ofEpochMilli(random.nextLong(from, to));
    }
    return true;
  }

  /** The authority makes no suggestions; it may begin to. */
  void unsupported(Instant now) {
    forgetWindow();
    nextCheck = now.plus(MAX_CHECK);
  }

  /** The authority could not be asked. A window that is known stays. */
  void failed(Instant now) {
    nextCheck = now.plus(DEFAULT_CHECK);
  }

  private void forgetWindow() {
    windowStart = null;
    windowEnd = null;
    chosen = null;
  }

  private static Duration interval(Instant now, @Nullable Instant retryAfter) {
    if (retryAfter == null) {
      return DEFAULT_CHECK;
    }
    Duration wanted = Duration.between(now, retryAfter);
    if (wanted.compareTo(MIN_CHECK) < 0) {
      return MIN_CHECK;
    }
    return wanted.compareTo(MAX_CHECK) < 0 ? wanted : MAX_CHECK;
  }
}
