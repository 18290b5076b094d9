package dev.millrace.simulation;

import java.io.IOException;
import java.util.SplittableRandom;

/** A client: acts again and again, each time a little, until it has finished. */
abstract class Client {
  /** More acts than any client needs. */
  private static final int MAX_ACTS = 400_000;

  /** The longest time without a byte that a server may leave a client in. */
  private static final long MAX_SILENCE_NANOS = 400_000_000_000L;

  private static final long MAX_PAUSE_NANOS = 5_000_000_000L;

  final ServerDay day;
  final SplittableRandom random;
  final Pipe pipe;
  private final int number;
  private final long pauseNanos;
  private final byte[] received;
  private final int readBytes;
  private final int writeBytes;
  private byte[] outgoing = {};
  private int outgoingAt;
  private int acts;
  private int idleActs;
  private long lastByteNanos;
  private boolean finished;
  private boolean ended;

  Client(ServerDay day, int number, SplittableRandom random, Pipe pipe) {
    this.day = day;
    this.number = number;
    this.random = random;
    this.pipe = pipe;
    this.pauseNanos = 4_000L << random.nextInt(12);
    this.readBytes = 1 << (6 + random.nextInt(13));
    this.writeBytes =
        random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1 << (4 + random.nextInt(10));
    this.received = new byte[readBytes];
    this.lastByteNanos = day.nowNanos();
  }

  /** Looks for something to send, with {@link #send}. Called when everything before is sent. */
  abstract void think() throws IOException;

  /** Takes received bytes. */
  abstract void take(byte[] bytes, int length) throws IOException;

  /** The server has ended the stream, or the connection is broken. */
  abstract void over(boolean broken);

  /** Whether the client leaves as soon as everything is sent. */
  boolean leavesWhenSent() {
    return false;
  }

  /** What the client waits for, for a message. */
  abstract String state();

  final void send(byte[] bytes) {
    outgoing = bytes;
    outgoingAt = 0;
  }

  final boolean hasUnsent() {
    return outgoingAt < outgoing.length;
  }

  final void endSending() throws IOException {
    if (!ended) {
      ended = true;
      pipe.end();
    }
  }

  final void wrong(String what) {
    day.wrong(
        "client "
            + number
            + " at "
            + day.nowNanos()
            + ", last byte at "
            + lastByteNanos
            + " ("
            + state()
            + "): "
            + what);
  }

  /** Leaves: closes the connection. */
  final void finish() {
    if (!finished) {
      finished = true;
      pipe.close();
      day.clientFinished();
    }
  }

  final void act() {
    if (finished) {
      return;
    }
    try {
      step();
    } catch (IOException broken) {
      over(true);
      finish();
    }
    if (!finished && day.isRight()) {
      // A client that waits looks less and less often, so that a day has few events.
      long pause = Math.min(MAX_PAUSE_NANOS, pauseNanos << Math.min(30, idleActs));
      day.after(1 + random.nextLong(pause), this::act);
    }
  }

  private void step() throws IOException {
    idleActs++;
    if (++acts > MAX_ACTS) {
      wrong("acts for ever");
      finish();
      return;
    }
    if (!hasUnsent()) {
      think();
      if (finished) {
        return;
      }
    }
    if (hasUnsent()) {
      // Not many more than a thousand writes, however long the request.
      int piece = Math.max(writeBytes, outgoing.length / 1000);
      int to = Math.min(outgoing.length, outgoingAt + piece);
      int n = pipe.write(outgoing, outgoingAt, to);
      idleActs = n > 0 ? 0 : idleActs;
      outgoingAt += n;
      day.trace(number, n);
    }
    if (!hasUnsent() && leavesWhenSent()) {
      over(false);
      finish();
      return;
    }
    int n = pipe.read(received, 1 + random.nextInt(readBytes));
    day.trace(number, n);
    if (n > 0) {
      idleActs = 0;
      lastByteNanos = day.nowNanos();
      take(received, n);
    } else if (n < 0) {
      over(false);
      finish();
    } else if (day.nowNanos() - lastByteNanos > MAX_SILENCE_NANOS) {
      wrong("hears nothing");
      finish();
    }
  }
}
