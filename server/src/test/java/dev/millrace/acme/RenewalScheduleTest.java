package dev.millrace.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RenewalScheduleTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final Random random = new Random(1);
  private final IssuedCertificate certificate = certificate();
  private final Instant begin = certificate.leaf().getNotBefore().toInstant();
  private final Duration life = certificate.lifetime();

  /** Any certificate; that of a challenge is quickly made. */
  private static IssuedCertificate certificate() {
    KeyPair key = Keys.generate();
    return new IssuedCertificate(
        key, List.of(TlsAlpn01Certificate.of(key, "schedule.test", new byte[32])));
  }

  private RenewalSchedule schedule() {
    return new RenewalSchedule(certificate, begin, Instant.MIN, random);
  }

  private Instant at(int percent) {
    return begin.plus(life.multipliedBy(percent).dividedBy(100));
  }

  private static void assertWithin(Instant from, Instant to, Instant moment) {
    assertFalse(moment.isBefore(from), moment + " is before " + from);
    assertFalse(moment.isAfter(to), moment + " is after " + to);
  }

  @Test
  void withoutAWindowItIsTwoThirdsOfLifeWithJitter() {
    Instant first = schedule().due();
    boolean differs = false;
    for (int i = 0; i < 1000; i++) {
      Instant due = schedule().due();
      assertWithin(at(61), at(72), due);
      differs |= !due.equals(first);
    }
    assertTrue(differs);
  }

  @Test
  void aMomentOfTheWindowIsChosenOnce() {
    RenewalSchedule schedule = schedule();
    assertEquals(begin, schedule.nextCheck());
    assertTrue(schedule.suggested(begin, at(20), at(30), null));
    Instant chosen = schedule.due();
    assertWithin(at(20), at(30), chosen);
    for (int i = 0; i < 100; i++) {
      assertTrue(schedule.suggested(begin, at(20), at(30), null));
      assertEquals(chosen, schedule.due());
    }
    assertTrue(schedule.suggested(begin, at(40), at(50), null));
    assertWithin(at(40), at(50), schedule.due());
  }

  @Test
  void momentsAreSpreadOverTheWindow() {
    Instant least = Instant.MAX;
    Instant greatest = Instant.MIN;
    for (int i = 0; i < 1000; i++) {
      RenewalSchedule schedule = schedule();
      assertTrue(schedule.suggested(begin, at(20), at(30), null));
      Instant due = schedule.due();
      least = due.isBefore(least) ? due : least;
      greatest = due.isAfter(greatest) ? due : greatest;
    }
    assertTrue(least.isBefore(at(21)) && greatest.isAfter(at(29)), least + " " + greatest);
  }

  @Test
  void aMalformedWindowLeavesTheUsualMoment() {
    RenewalSchedule schedule = schedule();
    Instant usual = schedule.due();
    assertTrue(schedule.suggested(begin, at(20), at(30), null));
    assertNotEquals(usual, schedule.due());
    assertFalse(schedule.suggested(begin, at(30), at(20), null), "backwards");
    assertEquals(usual, schedule.due());
    assertFalse(schedule.suggested(begin, at(20), at(20), null), "empty");
    assertFalse(schedule.suggested(begin, at(20), at(101), null), "after the end of life");
    assertEquals(usual, schedule.due());
  }

  @Test
  void theNextCheckIsWithinAMinuteAndADay() {
    RenewalSchedule schedule = schedule();
    assertTrue(schedule.suggested(begin, at(20), at(30), begin.plusSeconds(7200)));
    assertEquals(begin.plusSeconds(7200), schedule.nextCheck());
    assertTrue(schedule.suggested(begin, at(20), at(30), begin));
    assertEquals(begin.plusSeconds(60), schedule.nextCheck());
    assertTrue(schedule.suggested(begin, at(20), at(30), begin.plus(DAY.multipliedBy(30))));
    assertEquals(begin.plus(DAY), schedule.nextCheck());
    assertTrue(schedule.suggested(begin, at(20), at(30), null));
    assertEquals(begin.plus(Duration.ofHours(6)), schedule.nextCheck());
  }

  @Test
  void aWindowOutlivesAFailedCheck() {
    RenewalSchedule schedule = schedule();
    assertTrue(schedule.suggested(begin, at(20), at(30), null));
    Instant chosen = schedule.due();
    schedule.failed(begin.plus(DAY));
    assertEquals(chosen, schedule.due());
    assertEquals(begin.plus(DAY).plus(Duration.ofHours(6)), schedule.nextCheck());
    schedule.unsupported(begin);
    assertNotEquals(chosen, schedule.due());
  }

  @Test
  void nothingIsDueBeforeTheEarliestMoment() {
    RenewalSchedule schedule = new RenewalSchedule(certificate, begin, at(10), random);
    assertTrue(schedule.suggested(begin, at(1), at(2), null));
    assertEquals(at(10), schedule.due());
  }
}
