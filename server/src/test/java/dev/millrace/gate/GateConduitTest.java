package dev.millrace.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ReadReadyHandler;

/** What passes the gate, and when its user is called, whatever the fragments and buffers. */
class GateConduitTest {
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String STAND_IN =
      "GET / HTTP/1.1\r\nHost: gate.invalid\r\nConnection: close\r\n\r\n";

  private final FakeSource source = new FakeSource();
  private final GateStats stats = new GateStats();
  private final StringBuilder passed = new StringBuilder();
  private final Timers timers = new Timers();
  private boolean closing;
  private int last;
  private Random random = new Random(1);
  private int mostRead = 16 << 10;
  private final GateConduit gate =
      new GateConduit(source, () -> closing, timers, new User(), GateLimits.DEFAULT, stats, null);

  /** Reads once a call, into a buffer of any kind and size, as it comes. */
  private final class User implements ReadReadyHandler {
    @Override
    public void readReady() {
      int size = 1 + random.nextInt(mostRead);
      ByteBuffer into =
          random.nextBoolean()
              ? ByteBuffer.allocate(size + 9).position(9)
              : ByteBuffer.allocateDirect(size);
      int from = into.position();
      try {
        last = gate.read(into);
      } catch (IOException impossible) {
        throw new AssertionError(impossible);
      }
      assertEquals(Math.max(0, last), into.position() - from);
      into.flip().position(from);
      passed.append(StandardCharsets.ISO_8859_1.decode(into));
    }

    @Override
    public void forceTermination() {}

    @Override
    public void terminated() {}
  }

  /** One timer, fired by the test. */
  private static final class Timers implements XnioExecutor {
    @Nullable Runnable task;

    @Override
    public Key executeAfter(Runnable command, long time, TimeUnit unit) {
      assertEquals(10_000, unit.toMillis(time));
      assertNull(task, "one timer at a time");
      task = command;
      return () -> {
        boolean there = task == command;
        task = null;
        return there;
      };
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

  private void arrive(String raw) {
    byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
    source.arrive(bytes, 0, bytes.length);
  }

  /** Lets the loop turn until it would sleep; it must come to that. */
  private void settle() {
    for (int turns = 0; source.turn(); turns++) {
      assertTrue(turns < 200_000, "the loop spins");
    }
  }

  private static final List<String> REQUESTS =
      List.of(
          GET,
          "\r\n" + GET,
          "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
          "PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /",
          "PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
          "PUT /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "005;a=b\r\nhello\r\nA\r\n0123456789\r\n000\r\nX: y\r\n\r\n",
          "GET /" + "y".repeat(7_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");

  private static final List<String> CANONICAL =
      List.of(
          GET,
          GET,
          GET,
          REQUESTS.get(3),
          REQUESTS.get(4),
          "PUT /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n",
          REQUESTS.get(6));

  @Test
  void requestsPassInCanonicalFormWhateverTheFragmentsAndBuffers() {
    gate.resumeReads();
    for (int seed = 0; seed < 300; seed++) {
      random = new Random(seed);
      mostRead = List.of(1, 7, 600, 16 << 10).get(seed % 4);
      StringBuilder raw = new StringBuilder();
      StringBuilder expected = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        int which = random.nextInt(REQUESTS.size());
        raw.append(REQUESTS.get(which));
        expected.append(CANONICAL.get(which));
      }
      passed.setLength(0);
      byte[] bytes = raw.toString().getBytes(StandardCharsets.ISO_8859_1);
      int most = List.of(3, 100, 40_000).get(seed % 3);
      for (int at = 0; at < bytes.length; ) {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(most));
        source.arrive(bytes, at, end);
        at = end;
        if (random.nextBoolean()) {
          settle();
        }
      }
      settle();
      assertEquals(expected.toString(), passed.toString(), "seed " + seed);
      assertNull(timers.task, "nothing is under way");
    }
    assertEquals(300 * 20, stats.passed());
  }

  @Test
  void aHeadIsReadInOneGoAndNothingOfTheNextOnePasses() throws Exception {
    arrive(GET + GET);
    ByteBuffer into = ByteBuffer.allocate(16 << 10);
    assertEquals(GET.length(), gate.read(into));
    assertEquals(1, source.reads());
    assertEquals(GET.length(), gate.read(into));
    assertEquals(1, source.reads());
    assertEquals(0, gate.read(into));
    assertEquals(2, source.reads());
  }

  @Test
  void nothingOfAHeadPassesBeforeAllOfItIsThere() {
    gate.resumeReads();
    for (char c : GET.substring(0, GET.length() - 1).toCharArray()) {
      arrive(String.valueOf(c));
      settle();
      assertEquals("", passed.toString());
    }
    arrive("\n");
    settle();
    assertEquals(GET, passed.toString());
  }

  @Test
  void suspendedItIsSilentAndResumedItTellsOfWhatItHolds() throws Exception {
    arrive(GET + GET);
    ByteBuffer into = ByteBuffer.allocate(16 << 10);
    assertEquals(GET.length(), gate.read(into));
    settle();
    assertEquals("", passed.toString(), "suspended");
    gate.resumeReads();
    settle();
    assertEquals(GET, passed.toString());
    gate.suspendReads();
    arrive(GET);
    settle();
    assertEquals(GET, passed.toString());
  }

  @Test
  void aRefusedHeadIsReplacedAndWhatFollowsIsDropped() {
    gate.resumeReads();
    arrive(GET + "GET / HTTP/1.1\r\nHost: a b\r\n\r\n" + GET);
    settle();
    assertEquals(GET + STAND_IN, passed.toString());
    assertEquals(RejectReason.BAD_HOST, gate.rejection());
    assertEquals(1, stats.rejected(RejectReason.BAD_HOST));
    assertTrue(gate.isLast());
    arrive(GET);
    settle();
    assertEquals(GET + STAND_IN, passed.toString());
    source.end();
    settle();
    assertEquals(-1, last);
  }

  @Test
  void wrongChunksEndTheBodyAndSayThatTheyAreWrong() {
    String head = "GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    gate.resumeReads();
    arrive(head + "3\r\nabc\r\n3\r\nde");
    settle();
    assertNull(gate.rejection());
    assertFalse(gate.isLast());
    arrive("f\n0\r\n\r\n" + GET);
    settle();
    assertEquals(head + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", passed.toString());
    assertEquals(RejectReason.BAD_CHUNK, gate.rejection());
    assertTrue(gate.isLast());
  }

  @Test
  void afterTheLastRequestNothingPasses() {
    String head = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n";
    gate.resumeReads();
    arrive(head + "ab" + GET);
    settle();
    assertEquals(head + "ab", passed.toString());
    assertNull(gate.rejection());
    assertTrue(gate.isLast());
  }

  @Test
  void aLateHeadIsRefusedAndATimelyOneIsNot() {
    gate.resumeReads();
    arrive("GET /x HTTP/1.1\r\n");
    settle();
    Runnable first = timers.task;
    arrive("Host: a\r\n\r\n");
    settle();
    assertNull(timers.task);
    first.run(); // too late to be cancelled
    settle();
    assertEquals(GET, passed.toString());
    arrive("G");
    settle();
    timers.task.run();
    settle();
    assertEquals(GET + STAND_IN, passed.toString());
    assertEquals(RejectReason.HEAD_TIMEOUT, gate.rejection());
  }

  @Test
  void whileClosingWhatComesIsDroppedWithinBounds() throws Exception {
    closing = true;
    ByteBuffer one = ByteBuffer.allocate(1);
    arrive(GET);
    assertEquals(0, gate.read(one));
    byte[] block = new byte[16 << 10];
    int n = 0;
    for (long sent = 0; n == 0 && sent <= 2 * GateLimits.DEFAULT.lingerBytes(); sent += 1 << 14) {
      source.arrive(block, 0, block.length);
      n = gate.read(one);
    }
    assertEquals(-1, n);
    assertEquals(0, one.position());
  }

  @Test
  void endOfStreamIsToldAfterWhatCameBefore() {
    gate.resumeReads();
    arrive(GET + "GET /half");
    source.end();
    settle();
    assertEquals(GET, passed.toString());
    assertEquals(-1, last);
    assertNull(timers.task);
  }

  @Test
  void everyWayOfReadingPassesTheSame(@TempDir Path directory) throws Exception {
    arrive(GET + GET + GET);
    List<ByteBuffer> several = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      several.add(ByteBuffer.allocate(10));
    }
    several.get(1).position(10);
    assertEquals(10, gate.read(several.toArray(ByteBuffer[]::new), 1, 3));
    assertEquals(10, several.get(2).position());
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long at = 0;
      for (long n = 1; n > 0; at += n) {
        n = gate.transferTo(at, 1_000, file);
      }
    }
    assertEquals((GET + GET + GET).substring(10), Files.readString(directory.resolve("f")));
  }

  @Test
  void terminatedItHoldsNothing() throws Exception {
    arrive("GET /x");
    gate.resumeReads();
    settle();
    assertTrue(timers.task != null);
    gate.terminateReads();
    assertNull(timers.task);
    assertTrue(gate.isReadShutdown());
  }
}
