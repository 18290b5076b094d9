package dev.millrace.content.write;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts writes, of all loops. Any thread. */
public final class WriteStats {
  /** How a write ended. */
  public enum Outcome {
    CREATED,
    REPLACED,
    DELETED,
    /** A part of a resumable upload was stored, and others follow. */
    APPENDED,
    /** A checksum file had the digest of the file that it describes. */
    VERIFIED,
    /** The content did not have the digest that the client sent. */
    MISMATCH,
    /** A precondition did not hold. */
    PRECONDITION,
    /** A limit or a right, before the content was received. */
    REFUSED,
    /** The client was too slow, or has disconnected. */
    ABORTED,
    /** The file system had no room. */
    NO_ROOM,
    /** The file system or the server has failed. */
    FAILED
  }

  private final Map<Outcome, AtomicLong> outcomes = new EnumMap<>(Outcome.class);
  private final LongAdder receivedBytes = new LongAdder();

  public WriteStats() {
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new AtomicLong());
    }
  }

  /** Counts a write. */
  public void ended(Outcome outcome) {
    counter(outcome).incrementAndGet();
  }

  void received(long bytes) {
    receivedBytes.add(bytes);
  }

  /** Writes that ended so. */
  public long count(Outcome outcome) {
    return counter(outcome).get();
  }

  private AtomicLong counter(Outcome outcome) {
    AtomicLong counter = outcomes.get(outcome);
    if (counter == null) {
      throw new IllegalArgumentException(outcome.toString());
    }
    return counter;
  }

  /** Bytes of bodies that were written to files. */
  public long receivedBytes() {
    return receivedBytes.sum();
  }
}
