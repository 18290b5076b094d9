package dev.millrace.hot;

import dev.millrace.gate.HeadParser;
import dev.millrace.gate.Shortcut;
import dev.millrace.transport.DirectOutput;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Answers one connection's plain requests from memory. Loop thread only. */
public final class HotConnection implements Shortcut {
  private final HotCache cache;
  private final DirectOutput output;
  private final SocketAddress peer;
  private final long passNanos;
  private long passedTurn;
  private byte @Nullable [] key;

  private HotConnection(
      HotCache cache, DirectOutput output, SocketAddress peer, long passNanos, long turn) {
    this.cache = cache;
    this.output = output;
    this.peer = peer;
    this.passNanos = passNanos;
    this.passedTurn = turn;
  }

  /**
   * The shortcut for a connection; null if its bytes cannot be staged past its channels.
   *
   * @param idle how long the connection may be idle; Undertow, which watches that, is passed a
   *     request now and then, or it would find the busiest connection idle
   */
  public static @Nullable HotConnection of(
      HotCache cache, StreamConnection connection, Duration idle) {
    return connection.getSinkChannel().getConduit() instanceof DirectOutput output
        ? new HotConnection(
            cache, output, connection.getPeerAddress(), idle.toNanos() / 3, cache.turn())
        : null;
  }

  @Override
  public byte[] scratch() {
    return cache.readScratch();
  }

  @Override
  public boolean answer(HeadParser head, byte[] bytes, int base) {
    key = null;
    int length = head.isPlain() ? cache.gatherKey(head, bytes, base) : -1;
    if (length < 0) {
      passed();
      return false;
    }
    long turn = cache.turn();
    HotAnswer answer = turn - passedTurn > passNanos ? null : cache.find(length);
    if (answer == null || !output.hasRoom(answer.sizeBytes())) {
      passed();
      key = cache.copyKey(length);
      return false;
    }
    long started = System.nanoTime();
    output.stage(answer.bytes(), 0, answer.sizeBytes());
    cache.listener().answered(answer, head, bytes, base, peer, System.nanoTime() - started);
    return true;
  }

  @Override
  public void passed() {
    key = null;
    passedTurn = cache.turn();
  }

  /**
   * The key of the request that was passed on last, once; null if its answer is none to be kept.
   */
  public byte @Nullable [] takeKey() {
    byte[] taken = key;
    key = null;
    return taken;
  }

  /** Where its answers are kept. */
  public HotCache cache() {
    return cache;
  }
}
