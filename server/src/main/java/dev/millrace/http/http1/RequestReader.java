package dev.millrace.http.http1;

import dev.millrace.cache.CachedResponseInterceptor;
import dev.millrace.http.parser.ByteQueue;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.http.parser.ParseStatus;
import dev.millrace.http.parser.RejectReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Reads the heads of one connection's requests: answers those that the cache can, and hands the
 * first other one to the connection. What has come behind it is held. Loop thread only.
 */
final class RequestReader {
  private final Http1Loop loop;
  private final Http1Connection connection;
  private final StreamSourceConduit source;
  private final @Nullable CachedResponseInterceptor cache;

  /** Received and not used. */
  private final ByteQueue held = new ByteQueue();

  /** Has seen all that is held, a part of a head; null if nothing is. */
  private @Nullable HeadParser partial;

  /** Ends the time that a head may take. */
  private XnioExecutor.@Nullable Key timer;

  RequestReader(
      Http1Loop loop,
      Http1Connection connection,
      StreamSourceConduit source,
      @Nullable CachedResponseInterceptor cache) {
    this.loop = loop;
    this.connection = connection;
    this.source = source;
    this.cache = cache;
  }

  ByteQueue held() {
    return held;
  }

  /** Forgets what is held. */
  void clear() {
    held.clear();
    partial = null;
    stopTimer();
  }

  /** Reads once, and takes what requests are there. */
  void read() throws IOException {
    if (held.isEmpty()) {
      readFresh();
    } else {
      readMore();
    }
  }

  /** What nearly every request takes: it is parsed where it was received, and nothing is kept. */
  private void readFresh() throws IOException {
    ByteBuffer scratch = loop.takeScratch();
    try {
      int n = source.read(scratch);
      if (n < 0) {
        connection.close();
      } else if (n > 0) {
        HeadParser parser = loop.parser();
        parser.reset();
        int from = scratch.arrayOffset();
        take(parser, scratch.array(), from, from + n);
      }
    } finally {
      loop.giveScratch(scratch);
    }
  }

  /** Goes on with what is held; with more, if that is a part of a head that was looked at. */
  private void readMore() throws IOException {
    HeadParser parser = partial;
    if (parser == null) {
      parser = loop.parser();
      parser.reset();
    } else {
      int n = held.fill(source, loop.limits().headBytes() - held.size());
      if (n < 0) {
        connection.close();
      }
      if (n <= 0) {
        return;
      }
    }
    if (parser.parse(held.bytes(), held.start(), held.end()) == ParseStatus.NEED_MORE) {
      awaitMore(parser);
      return;
    }
    byte[] bytes = held.bytes();
    int from = held.start();
    int to = held.end();
    held.clear();
    take(parser, bytes, from, to);
  }

  /**
   * @param parser at the beginning, or behind what it has seen of the head at {@code from}
   */
  private void take(HeadParser parser, byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      switch (parser.parse(bytes, at, to)) {
        case NEED_MORE -> {
          held.add(bytes, at, to - at);
          awaitMore(parser);
          return;
        }
        case REJECTED -> {
          refuse(parser.reason(), parser, bytes, at, to);
          return;
        }
        case COMPLETE -> {
          stopTimer();
          partial = null;
          loop.stats().countPassed();
          if (cache == null || !cache.answer(parser, bytes, at)) {
            int next = at + parser.length();
            held.add(bytes, next, to - next);
            connection.begin(parser, bytes, at);
            return;
          }
          at += parser.length();
          if (!connection.answered(parser.isLast())) {
            held.add(bytes, at, parser.isLast() ? 0 : to - at);
            return;
          }
          parser.reset();
        }
      }
    }
  }

  /** All that is held is a part of a head, which the parser has seen. */
  private void awaitMore(HeadParser parser) {
    loop.keepParser(parser);
    partial = parser;
    if (timer == null) {
      timer =
          loop.schedule(connection.getIoThread(), this::headIsLate, loop.limits().headTimeout());
    }
  }

  private void headIsLate() {
    HeadParser parser = partial;
    timer = null;
    if (parser != null) {
      refuse(RejectReason.HEAD_TIMEOUT, parser, held.bytes(), held.start(), held.end());
    }
  }

  private void refuse(RejectReason why, HeadParser parser, byte[] bytes, int from, int to) {
    String line = RefusedLine.of(bytes, from, to);
    clear();
    loop.stats().countRejected(why);
    connection.refuse(why, parser.method(), line);
  }

  private void stopTimer() {
    XnioExecutor.Key running = timer;
    if (running != null) {
      timer = null;
      var _ = running.remove();
    }
  }
}
