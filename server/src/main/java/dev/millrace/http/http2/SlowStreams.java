package dev.millrace.http.http2;

import java.util.concurrent.TimeUnit;

/** Resets the streams whose client does not let them send, or too little. Loop thread only. */
final class SlowStreams {
  /** The time over which the rate of a stream is measured. */
  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

  private SlowStreams() {}

  /** Looks at the streams of a connection; called once a second. */
  static void resetStalled(
      Http2Loop loop, Http2Connection connection, StreamTable streams, long nowNanos) {
    long longest = loop.limits().sendTimeout().toNanos();
    int minBytes = loop.engine().bounds().minSendBytes();
    FrameSender sender = connection.sender();
    for (Http2Stream stream : streams.all()) {
      boolean pending = sender.hasPending(stream);
      boolean slow = isSlow(stream, pending && !sender.hasWindow(stream), minBytes, nowNanos);
      if (slow) {
        loop.engine().bounds().listener().tooSlow(connection.peer());
      }
      if (slow || (pending && nowNanos - stream.progressNanos > longest)) {
        connection.reset(stream, ErrorCode.CANCEL);
      }
    }
  }

  /**
   * Whether the client has let a stream send fewer bytes than the minimum for the period. A stream
   * that waits for other streams, or for its handler, is not slow.
   */
  static boolean isSlow(Http2Stream stream, boolean waitsForWindow, int minBytes, long nowNanos) {
    if (!waitsForWindow) {
      stream.watchedNanos = 0;
    } else if (stream.watchedNanos == 0) {
      stream.watchedNanos = nowNanos;
      stream.watchedBytes = stream.sentBytes;
    } else if (nowNanos - stream.watchedNanos > PERIOD_NANOS) {
      long sent = stream.sentBytes - stream.watchedBytes;
      stream.watchedNanos = nowNanos;
      stream.watchedBytes = stream.sentBytes;
      return sent < minBytes * TimeUnit.NANOSECONDS.toSeconds(PERIOD_NANOS);
    }
    return false;
  }
}
