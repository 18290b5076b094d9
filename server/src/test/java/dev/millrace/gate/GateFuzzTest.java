package dev.millrace.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.xnio.XnioExecutor;
import org.xnio.conduits.ReadReadyHandler;

/**
 * Many inputs, each parsed in several fragmentations and by {@link NaiveRequest}, which must agree.
 * Input n is the same on every run; one that fails goes into the corpus.
 */
class GateFuzzTest {
  private static final long INPUTS = Long.getLong("gate.fuzz.inputs", 100_000);

  /** Small, so that inputs reach them. */
  private static final GateLimits LIMITS =
      new GateLimits(
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
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong bodies = new AtomicLong();
  private final AtomicLong passedHeads = new AtomicLong();

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void theGateAgreesWithItselfAndWithTheNaiveParser() throws Exception {
    Inputs inputs = new Inputs();
    assertTrue(inputs.corpusSize() >= 20, "the corpus is there");
    AtomicLong next = new AtomicLong();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      threads.add(Thread.ofPlatform().start(() -> work(inputs, next, failure)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
    System.out.printf(
        "%d inputs: %d heads complete, %d refused, %d bodies in chunks, %d heads passed on%n",
        INPUTS, complete.get(), refused.get(), bodies.get(), passedHeads.get());
    assertTrue(complete.get() > INPUTS / 20 && refused.get() > INPUTS / 20, "both kinds are met");
    assertTrue(bodies.get() > INPUTS / 200, "whole bodies in chunks are met");
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
    Verdict verdict = parser.parse(input, 0, input.length);
    int length = parser.length();
    RejectReason reason = verdict == Verdict.REJECTED ? parser.reason() : null;
    NaiveRequest naive = NaiveRequest.parse(new String(input, StandardCharsets.ISO_8859_1), LIMITS);
    if (verdict == Verdict.COMPLETE) {
      complete.incrementAndGet();
      assertNotNull(naive, "only the gate takes it");
      byte[] copy = input.clone();
      int start = parser.normalise(copy, 0);
      assertEquals(naive, described(parser, copy));
      assertEquals(parser.method() + " ", text(copy, start, parser.targetStart()));
      if (parser.isChunked()) {
        checkBody(input, length, random);
      }
    } else {
      assertNull(naive, "only the naive parser takes it: " + reason);
      if (verdict == Verdict.REJECTED) {
        refused.incrementAndGet();
      }
    }
    checkFragments(parser, input, random, verdict, length, reason);
    if (random.nextInt(4) == 0) {
      checkPassed(input, random);
    }
  }

  private static final Pattern BARE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  /** Percent signs in a query are passed on as three bytes each. */
  private static final GateLimits PASSED =
      new GateLimits(
          3 * LIMITS.targetBytes(),
          LIMITS.headBytes() + 2 * LIMITS.targetBytes(),
          LIMITS.fields(),
          LIMITS.headTimeout(),
          LIMITS.chunkExtensionBytes(),
          LIMITS.trailerBytes(),
          LIMITS.bodyBytes(),
          LIMITS.bodyTimeout(),
          LIMITS.lingerBytes(),
          LIMITS.lingerTimeout());

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static NaiveRequest described(HeadParser parser, byte[] bytes) {
    return new NaiveRequest(
        parser.length(),
        parser.method().name(),
        text(bytes, parser.targetStart(), parser.targetEnd()),
        parser.isHttp11(),
        parser.fields().contentLength(),
        parser.isChunked());
  }

  private static void checkFragments(
      HeadParser parser,
      byte[] input,
      SplittableRandom random,
      Verdict verdict,
      int length,
      RejectReason reason) {
    parser.reset();
    int most = random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(60);
    byte[] moving = new byte[input.length + 32];
    int end = 0;
    Verdict now = Verdict.NEED_MORE;
    while (now == Verdict.NEED_MORE && end < input.length) {
      end = Math.min(input.length, end + 1 + random.nextInt(most));
      int base = random.nextInt(32);
      System.arraycopy(input, 0, moving, base, end);
      now = parser.parse(moving, base, base + end);
    }
    assertEquals(verdict, now);
    assertEquals(length, parser.length());
    assertEquals(reason, now == Verdict.REJECTED ? parser.reason() : null);
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
      assertNull(naive, "only the naive parser takes the body");
    }
  }

  /** What comes out of the conduit is right by the naive parser, whatever went in. */
  private void checkPassed(byte[] input, SplittableRandom random) throws IOException {
    FakeSource source = new FakeSource();
    GateStats stats = new GateStats();
    GateConduit gate =
        new GateConduit(source, () -> false, new NoTimers(), new NoUser(), LIMITS, stats, null);
    StringBuilder out = new StringBuilder();
    int most = 1 + random.nextInt(200);
    for (int at = 0; at < input.length; ) {
      int end = Math.min(input.length, at + 1 + random.nextInt(most));
      source.arrive(input, at, end);
      at = end;
    }
    source.end();
    ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(2_000));
    int n = 0;
    while (n >= 0) {
      into.clear();
      n = gate.read(into);
      out.append(text(into.array(), 0, into.position()));
    }
    String left = out.toString();
    long heads = 0;
    while (!left.isEmpty()) {
      NaiveRequest head = NaiveRequest.parse(left, PASSED);
      assertNotNull(head, "what passes is right: " + escaped(left));
      assertFalse(BARE_PERCENT.matcher(head.target()).find(), head.target());
      heads++;
      left = left.substring(head.length());
      if (head.chunked()) {
        String body = NaiveRequest.unchunk(left, LIMITS);
        int length = body == null ? left.length() : length(body);
        left = left.substring(length);
      } else {
        left = left.substring((int) Math.min(left.length(), head.bodyLength()));
      }
    }
    passedHeads.addAndGet(stats.passed());
    long standIns = gate.rejection() != null && out.indexOf("gate.invalid") >= 0 ? 1 : 0;
    assertEquals(stats.passed() + standIns, heads);
  }

  private static int length(String body) {
    return Integer.parseInt(body.substring(body.lastIndexOf(' ') + 1));
  }

  /** Nobody is told; the test reads until the end. */
  private static final class NoUser implements ReadReadyHandler {
    @Override
    public void readReady() {}

    @Override
    public void forceTermination() {}

    @Override
    public void terminated() {}
  }

  /** Time stands still. */
  private static final class NoTimers implements XnioExecutor {
    @Override
    public Key executeAfter(Runnable command, long time, TimeUnit unit) {
      return () -> true;
    }

    @Override
    public Key executeAtInterval(Runnable command, long time, TimeUnit unit) {
      throw new UnsupportedOperationException("no intervals");
    }

    @Override
    public void execute(Runnable command) {
      throw new UnsupportedOperationException("not from here");
    }
  }
}
