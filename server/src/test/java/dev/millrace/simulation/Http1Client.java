package dev.millrace.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A client of HTTP/1.1 that pipelines, and behaves well or not. */
final class Http1Client extends Client {
  private enum Manner {
    /** Reads all answers, then closes. */
    POLITE,
    /** Says with its last request that it is the last. */
    LAST_CLOSES,
    /** Ends its stream after the last request. */
    HALF_CLOSES,
    /** Closes at any moment. */
    BREAKS_OFF,
    /** Sends something that is no request at the end. */
    GARBAGE
  }

  private record Sent(Ask ask, long nanos, boolean last) {}

  private final Manner manner = Manner.values()[random.nextInt(Manner.values().length)];
  private final int depth = 1 + random.nextInt(4);
  private final ResponseParser parser = new ResponseParser();
  private final ArrayDeque<Sent> waiting = new ArrayDeque<>();
  private final List<String> answered = new ArrayList<>();
  private final int breakAfterBytes = random.nextInt(300_000);
  private int left = 1 + random.nextInt(6);
  private int receivedBytes;
  private boolean garbageSent;

  Http1Client(ServerDay day, int number, SplittableRandom random, Pipe pipe) {
    super(day, number, random, pipe);
  }

  @Override
  void think() throws IOException {
    if (left > 0 && waiting.size() < depth) {
      ByteArrayOutputStream burst = new ByteArrayOutputStream();
      while (left > 0 && waiting.size() < depth) {
        left--;
        Ask ask = Ask.draw(random, day.tree(), day.answers());
        boolean last = left == 0 && manner == Manner.LAST_CLOSES;
        burst.writeBytes(head(ask, last));
        waiting.add(new Sent(ask, day.nowNanos(), last));
      }
      send(burst.toByteArray());
    } else if (left == 0 && manner == Manner.HALF_CLOSES) {
      endSending();
    } else if (left == 0 && manner == Manner.GARBAGE && !garbageSent) {
      garbageSent = true;
      send("\u0016\u0003 no request\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    } else if (left == 0 && waiting.isEmpty() && manner == Manner.POLITE) {
      finish();
    }
  }

  private static byte[] head(Ask ask, boolean last) {
    StringBuilder head = new StringBuilder();
    head.append(ask.method()).append(' ').append(ask.path()).append(" HTTP/1.1\r\n");
    head.append("Host: test.example\r\n");
    ask.fields()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (last) {
      head.append("Connection: close\r\n");
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  void take(byte[] bytes, int length) {
    receivedBytes += length;
    int at = 0;
    while (at < length) {
      Sent sent = waiting.peek();
      if (sent == null) {
        if (manner != Manner.GARBAGE || !garbageSent) {
          wrong(
              "bytes that answer nothing: "
                  + new String(bytes, at, Math.min(300, length - at), StandardCharsets.ISO_8859_1)
                  + " after "
                  + answered);
        }
        return;
      }
      at += parser.take(bytes, at, length, sent.ask().isHead());
      if (parser.isDone()) {
        waiting.remove();
        answered.add(sent.ask() + ": " + parser.status() + " " + parser.fields());
        check(sent, true);
        parser.next();
      }
    }
    if (manner == Manner.BREAKS_OFF && receivedBytes > breakAfterBytes) {
      finish();
    }
  }

  private void check(Sent sent, boolean complete) {
    day.answers()
        .check(sent.ask(), sent.nanos(), parser.status(), parser.fields(), parser.body(), complete);
  }

  @Override
  void over(boolean broken) {
    Sent sent = waiting.peek();
    if (sent != null && parser.hasHead()) {
      check(sent, false);
    }
    boolean early = left > 0 || !waiting.isEmpty();
    // A reset can overtake answers, so the one that is cut need not be the first.
    boolean mayBeCut = waiting.stream().anyMatch(s -> day.answers().mayBeCut(s.ask(), s.nanos()));
    if (early && !mayBeCut && !day.answers().mayFail()) {
      wrong("the connection ended early" + (broken ? ", broken" : ""));
    }
  }

  @Override
  String state() {
    return manner + ", " + left + " to send, waits for " + waiting;
  }
}
