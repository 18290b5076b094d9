package dev.millrace.hot;

import dev.millrace.gate.GateConduit;
import dev.millrace.gate.HeadParser;
import dev.millrace.gate.Shortcut;
import dev.millrace.transport.DirectOutput;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * Answers one connection's plain requests from memory. Loop thread only.
 *
 * <p>Until there is a request that it cannot answer, the connection {@linkplain WaitingConnections
 * waits} for one without Undertow.
 */
public final class HotConnection implements Shortcut, DirectOutput.Sent {
  /** A longer body may take longer than a connection may be idle. */
  private static final long LONG_BYTES = 1 << 20;

  private final HotCache cache;
  private final DirectOutput output;
  private final StreamConnection connection;
  private @Nullable WaitingConnections waiting;
  private final long mostPassedOverNanos;
  private long passedTurn;
  private byte @Nullable [] key;
  private boolean sending;
  private boolean readsWait;
  private boolean last;
  private HotListener.@Nullable Ending ending;

  // Of WaitingConnections.
  @Nullable HotConnection before;
  @Nullable HotConnection after;
  long activeNanos;

  private HotConnection(HotCache cache, DirectOutput output, StreamConnection connection) {
    this.cache = cache;
    this.output = output;
    this.connection = connection;
    this.mostPassedOverNanos = cache.limits().idle().toNanos() / 3;
    this.passedTurn = cache.turn();
  }

  /** The shortcut for a connection; null if its bytes cannot be staged past its channels. */
  public static @Nullable HotConnection of(HotCache cache, StreamConnection connection) {
    return connection.getSinkChannel().getConduit() instanceof DirectOutput output
        ? new HotConnection(cache, output, connection)
        : null;
  }

  // ---- before there is a connection of Undertow's --------------------------------------------

  /**
   * Waits for a request that is to be passed on.
   *
   * @param gate this connection's
   * @param open takes the connection once there is such a request, or the beginning of one
   */
  public void await(GateConduit gate, ChannelListener<StreamConnection> open) {
    WaitingConnections all = cache.waiting();
    waiting = all;
    all.add(this);
    connection.setCloseListener(_ -> leave());
    connection
        .getSourceChannel()
        .setReadListener(source -> {
          if (sending) {
            readsWait = true; // who has sent its last may still receive
            source.suspendReads();
            return;
          }
          leave();
          // Its last request may have been answered here: Undertow would watch over it in vain.
          if (gate.hasEnded() || !connection.isOpen()) {
            close();
          } else {
            source.suspendReads();
            source.setReadListener(null);
            open.handleEvent(connection);
          }
        });
    connection.getSourceChannel().resumeReads();
  }

  /** An answer on its way keeps the connection from being idle. */
  @Override
  public boolean isAnswering() {
    return sending;
  }

  private void leave() {
    WaitingConnections all = waiting;
    if (all != null) {
      waiting = null;
      all.remove(this);
    }
  }

  /** Closes the connection; what is staged is sent before. */
  void close() {
    leave();
    IoUtils.safeClose(connection);
  }

  /** Ends the connection at once, so that its descriptor is free in the next turn. */
  void hangUp() {
    output.hangUp();
    close();
  }

  // ---- answering -----------------------------------------------------------------------------

  @Override
  public ByteBuffer scratch() {
    return cache.readScratch();
  }

  @Override
  public boolean answer(HeadParser head, byte[] bytes, int base) {
    key = null;
    int length = head.isPlain() ? cache.keys().gather(head, bytes, base) : -1;
    if (length < 0) {
      passed();
      return false;
    }
    HotAnswer answer = mustPass() ? null : cache.find(length);
    long started = System.nanoTime();
    if (answer == null
        || !answer.select(cache.keys().range())
        || (waiting == null && isLong(answer))
        || !output.hasRoom(answer.stagedBytes())
        || !stage(answer)) {
      cache.stats().missed();
      passed();
      key = cache.keys().copy(length);
      return false;
    }
    cache.stats().hit();
    if (isLong(answer)) {
      ending = cache.listener().began(answer, head, bytes, base, connection);
    } else {
      long took = System.nanoTime() - started;
      cache.listener().answered(answer, head, bytes, base, connection, took);
    }
    if (waiting != null) {
      waiting.touch(this);
    }
    last = head.isLast();
    if (last) {
      output.peerIsDone();
      if (!sending) {
        close();
      }
    }
    return true;
  }

  /** Undertow, which might know the connection, would find it idle before the end. */
  private static boolean isLong(HotAnswer answer) {
    return answer.isFromFile() && answer.bodyBytes() > LONG_BYTES;
  }

  private boolean stage(HotAnswer answer) {
    MemorySegment body = MemorySegment.NULL;
    if (answer.hasSmallBody()) {
      body = cache.body(answer);
      if (body == null) {
        return false;
      }
    }
    int head = answer.headBytes();
    output.stage(answer.head(), head, body, answer.stagedBytes() - head);
    if (answer.isFromFile()) {
      sending = true;
      output.stage(answer.file().share().channel(), answer.bodyAt(), answer.bodyBytes(), this);
    }
    return true;
  }

  /** The body of the answer that was given last is sent from its file, or never will be. */
  @Override
  public void ended(long bytes) {
    sending = false;
    HotListener.Ending told = ending;
    if (told != null) {
      ending = null;
      told.ended(bytes);
    }
    if (last || !output.canSend()) {
      close();
    } else if (waiting != null) {
      waiting.touch(this);
      if (readsWait) {
        readsWait = false;
        connection.getSourceChannel().resumeReads();
      }
    }
  }

  /**
   * Whether it is time to pass a request to Undertow, which watches for idle connections and would
   * find the busiest one idle.
   */
  private boolean mustPass() {
    return waiting == null && cache.turn() - passedTurn > mostPassedOverNanos;
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
