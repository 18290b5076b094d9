package dev.millrace.http.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.http.exchange.FieldNames;
import dev.millrace.http.exchange.ParsedRequestHead;
import dev.millrace.http.parser.ChunkParser;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.Inputs;
import dev.millrace.http.parser.NaiveRequest;
import dev.millrace.http.parser.ParseStatus;
import dev.millrace.http.parser.RejectReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Parses many inputs in several fragmentations and with {@link NaiveRequest}; all must agree. Input
 * n is the same on every run; an input that fails is added to the corpus.
 */
class Http1FuzzTest {
  private static final long INPUTS = Long.getLong("gate.fuzz.inputs", 100_000);

  /** Small limits, so that inputs reach them. */
  private static final HttpLimits LIMITS =
      new HttpLimits(
          64,
          640,
          20,
          Duration.ofSeconds(1),
          16,
          32,
          100,
          Duration.ofSeconds(1),
          1_000,
          Duration.ofSeconds(1));

  private final AtomicLong complete = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private final AtomicLong bodies = new AtomicLong();
  private final AtomicLong passedHeads = new AtomicLong();

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void theParserAgreesWithItselfOnFragmentsAndWithTheNaiveParser() throws Exception {
    Inputs inputs = new Inputs();
    assertTrue(inputs.corpusSize() >= 20, "the corpus is incomplete");
    AtomicLong next = new AtomicLong();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      threads.add(new FakeThread(() -> work(inputs, next, failure)));
      threads.getLast().start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
    System.out.printf(
        "%d inputs: %d heads complete, %d rejected, %d bodies in chunks, %d requests handled%n",
        INPUTS, complete.get(), rejected.get(), bodies.get(), passedHeads.get());
    assertTrue(
        complete.get() > INPUTS / 20 && rejected.get() > INPUTS / 20, "too few inputs of one kind");
    assertTrue(bodies.get() > INPUTS / 200, "too few complete chunked bodies");
  }

  private void work(Inputs inputs, AtomicLong next, AtomicReference<Throwable> failure) {
    HeadParser parser = new HeadParser(LIMITS);
    for (long n = next.getAndIncrement();
        n < INPUTS && failure.get() == null;
        n = next.getAndIncrement()) {
      byte[] input = inputs.input(n);
      try {
        check(parser, input, new SplittableRandom(~n));
      } catch (Throwable failed) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        failure.compareAndSet(
            null, new AssertionError("input " + n + ": " + escaped(text), failed));
      }
    }
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    for (char c : text.toCharArray()) {
      out.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : String.format("\\x%02x", (int) c));
    }
    return out.toString();
  }

  private void check(HeadParser parser, byte[] input, SplittableRandom random) throws IOException {
    parser.reset();
    ParseStatus status = parser.parse(input, 0, input.length);
    int length = parser.length();
    RejectReason reason = status == ParseStatus.REJECTED ? parser.reason() : null;
    NaiveRequest naive = NaiveRequest.parse(new String(input, StandardCharsets.ISO_8859_1), LIMITS);
    if (status == ParseStatus.COMPLETE) {
      complete.incrementAndGet();
      assertNotNull(naive, "only the parser accepts it");
      assertEquals(asSeen(naive), described(parser, input));
      if (parser.isChunked()) {
        checkBody(input, length, random);
      }
    } else {
      assertNull(naive, "only the naive parser accepts it: " + reason);
      if (status == ParseStatus.REJECTED) {
        rejected.incrementAndGet();
      }
    }
    checkFragments(parser, input, random, status, length, reason);
    if (random.nextInt(4) == 0) {
      checkConnection(input, random);
    }
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static NaiveRequest described(HeadParser parser, byte[] bytes) {
    ParsedRequestHead head = ParsedRequestHead.ofHttp1(parser, bytes, 0, new FieldNames());
    return new NaiveRequest(
        parser.length(),
        head.method().toString(),
        head.path() + (head.query().isEmpty() ? "" : "?" + head.query()),
        parser.isHttp11(),
        parser.fields().contentLength(),
        parser.isChunked(),
        parser.isLast());
  }

  private static final Pattern BARE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  /** The same request with its target as handlers see it. */
  private static NaiveRequest asSeen(NaiveRequest naive) {
    String target = BARE_PERCENT.matcher(naive.target()).replaceAll("%25");
    int mark = target.indexOf('?');
    return new NaiveRequest(
        naive.length(),
        naive.method(),
        mark == target.length() - 1 ? target.substring(0, mark) : target,
        naive.http11(),
        naive.bodyLength(),
        naive.chunked(),
        naive.last());
  }

  private static void checkFragments(
      HeadParser parser,
      byte[] input,
      SplittableRandom random,
      ParseStatus status,
      int length,
      RejectReason reason) {
    parser.reset();
    int most = random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(60);
    byte[] moving = new byte[input.length + 32];
    int end = 0;
    ParseStatus now = ParseStatus.NEED_MORE;
    while (now == ParseStatus.NEED_MORE && end < input.length) {
      end = Math.min(input.length, end + 1 + random.nextInt(most));
      int base = random.nextInt(32);
      System.arraycopy(input, 0, moving, base, end);
      now = parser.parse(moving, base, base + end);
    }
    assertEquals(status, now);
    assertEquals(length, parser.length());
    assertEquals(reason, now == ParseStatus.REJECTED ? parser.reason() : null);
  }

  private void checkBody(byte[] input, int from, SplittableRandom random) {
    ChunkParser parser = new ChunkParser(LIMITS);
    StringBuilder data = new StringBuilder();
    int most = 1 + random.nextInt(40);
    ChunkParser.Step step = ChunkParser.Step.NEED_MORE;
    int at = from;
    while (at < input.length && step != ChunkParser.Step.END && step != ChunkParser.Step.REJECTED) {
      int end = Math.min(input.length, at + 1 + random.nextInt(most));
      if (parser.dataBytes() > 0) {
        int n = (int) Math.min(end - at, parser.dataBytes());
        data.append(text(input, at, at + n));
        parser.passed(n);
        at += n;
      } else {
        step = parser.parse(input, at, end);
        at = parser.position();
      }
    }
    String naive = NaiveRequest.unchunk(text(input, from, input.length), LIMITS);
    if (step == ChunkParser.Step.END) {
      bodies.incrementAndGet();
      assertEquals(naive, data + " " + (at - from));
    } else {
      assertNull(naive, "only the naive parser accepts the body");
    }
  }

  /**
   * The handlers of a connection see exactly the requests and bodies that the naive parser finds,
   * in order, up to the first that it rejects.
   */
  private void checkConnection(byte[] input, SplittableRandom random) throws IOException {
    FakeConnection fake = new FakeConnection();
    List<String> seen = new ArrayList<>();
    Http1Loop loop = fake.loop(LIMITS, new Recorder(seen));
    loop.handleEvent(fake);
    int most = 1 + random.nextInt(200);
    for (int at = 0; at < input.length; ) {
      int end = Math.min(input.length, at + 1 + random.nextInt(most));
      fake.source().arrive(input, at, end);
      at = end;
      if (random.nextBoolean()) {
        fake.settle();
      }
    }
    fake.source().end();
    fake.settle();
    assertEquals(naive(text(input, 0, input.length)), seen);
    passedHeads.addAndGet(seen.size());
  }

  private static List<String> naive(String input) {
    List<String> requests = new ArrayList<>();
    String left = input;
    boolean last = false;
    while (!left.isEmpty() && !last) {
      NaiveRequest head = NaiveRequest.parse(left, LIMITS);
      if (head == null) {
        break;
      }
      head = asSeen(head);
      left = left.substring(head.length());
      String body = "";
      last = head.last();
      if (head.chunked()) {
        String unchunked = NaiveRequest.unchunk(left, LIMITS);
        if (unchunked == null) {
          requests.add(head.method() + " " + head.target() + " -");
          break;
        }
        body = unchunked.substring(0, unchunked.lastIndexOf(' '));
        left = left.substring(length(unchunked));
      } else if (head.bodyLength() > left.length()) {
        requests.add(head.method() + " " + head.target() + " -");
        break;
      } else {
        body = left.substring(0, (int) head.bodyLength());
        left = left.substring(body.length());
      }
      requests.add(head.method() + " " + head.target() + " " + body);
    }
    return requests;
  }

  private static int length(String body) {
    return Integer.parseInt(body.substring(body.lastIndexOf(' ') + 1));
  }
}
