package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What every ring does, whoever implements it: the parts that need a world to act on. Completions
 * are told apart by user data, since their order is nobody's promise.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SAME_THREAD)
abstract class RingContract {
  static final RingConfig CONFIG = new RingConfig(8, 64, 2);
  static final int O_RDWR_CREAT = 0x42;

  record Completion(int result, int flags) {
    boolean more() {
      return Ring.hasMore(flags);
    }
  }

  World world;
  Ring ring;
  Arena arena;
  private final Map<Long, ArrayDeque<Completion>> completions = new HashMap<>();
  private long lastUserData = 1000;

  abstract World open() throws Exception;

  @BeforeEach
  void openWorld() throws Exception {
    world = open();
    ring = world.ring();
    ring.enable();
    arena = Arena.ofShared();
  }

  @AfterEach
  void closeWorld() throws Exception {
    ring.close();
    world.close();
    arena.close();
  }

  /** A user data value not used before. */
  long data() {
    return ++lastUserData;
  }

  private void collect(Ring from) {
    from.reap(
        (data, result, flags) ->
            completions
                .computeIfAbsent(data, key -> new ArrayDeque<>())
                .add(new Completion(result, flags)),
        64);
  }

  /** The next completion with this user data. */
  Completion await(long userData) {
    return await(ring, userData);
  }

  Completion await(Ring from, long userData) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (true) {
      ArrayDeque<Completion> queue = completions.get(userData);
      if (queue != null && !queue.isEmpty()) {
        return queue.remove();
      }
      assertTrue(System.nanoTime() < deadline, "no completion of " + userData);
      from.submitAndWait(1, 1_000_000_000L);
      collect(from);
    }
  }

  /** Lets whatever is ready complete, and says how many completions of this there are. */
  int pending(long userData) {
    ring.submitAndWait(1, 20_000_000L);
    collect(ring);
    ArrayDeque<Completion> queue = completions.get(userData);
    return queue == null ? 0 : queue.size();
  }

  MemorySegment bytes(String text) {
    MemorySegment memory = arena.allocate(text.length());
    MemorySegment.copy(text.getBytes(US_ASCII), 0, memory, JAVA_BYTE, 0, text.length());
    return memory;
  }

  static String text(MemorySegment memory, int length) {
    return new String(memory.asSlice(0, length).toArray(JAVA_BYTE), US_ASCII);
  }

  long path(String name) {
    return arena.allocateFrom(name).address();
  }

  int openFile(String name, int flags) {
    MemorySegment how = arena.allocate(24, 8);
    how.set(JAVA_LONG, 0, flags);
    how.set(JAVA_LONG, 8, (flags & 0x40) != 0 ? 0644 : 0);
    how.set(JAVA_LONG, 16, 0x0a); // beneath, and no magic links
    long data = data();
    ring.prepOpenat2(world.directory(), path(name), how.address(), data);
    return await(data).result();
  }

  void closeFile(int fd) {
    long data = data();
    ring.prepClose(fd, data);
    assertEquals(0, await(data).result());
  }

  MemorySegment loopback(int port) {
    MemorySegment address = arena.allocate(16, 8);
    address.set(JAVA_SHORT, 0, (short) 2);
    address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) port);
    address.set(JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN), 4, 0x7f000001);
    return address;
  }

  /** Two ends of a connection, made by the ring itself. */
  int[] pair() throws Exception {
    int listener = world.listen();
    long accept = data();
    ring.prepAcceptMultishot(listener, 0x80000, accept);
    int client = world.socket();
    long connect = data();
    ring.prepConnect(client, loopback(world.port(listener)).address(), 16, connect);
    assertEquals(0, await(connect).result());
    Completion accepted = await(accept);
    assertTrue(accepted.result() > 0, "accept gave " + accepted);
    assertTrue(accepted.more(), "a multishot goes on");
    long cancel = data();
    ring.prepCancel(accept, cancel);
    assertEquals(0, await(cancel).result());
    assertEquals(-dev.millrace.sync.Errno.ECANCELED, await(accept).result());
    closeFile(listener);
    return new int[] {client, accepted.result()};
  }

  int send(int fd, String text) {
    long data = data();
    ring.prepSend(fd, bytes(text).address(), text.length(), 0x4000, data);
    return await(data).result();
  }
}
