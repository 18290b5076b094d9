package dev.millrace.transport.uring;

import static dev.millrace.uring.PollEvents.POLLOUT;

import dev.millrace.file.PageCache;
import dev.millrace.loop.EventLoop;
import dev.millrace.net.Sockets;
import dev.millrace.sync.Errno;
import dev.millrace.transport.Sealer;
import dev.millrace.transport.uring.TransportStats.Figure;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Sends a connection's staged bytes, one operation at a time: chunks by the ring, then a file
 * segment. Loop thread only.
 *
 * <p>If zero-copy is configured, a large chunk is sent without a copy. The kernel then uses its
 * memory after the send completes, until the peer has acknowledged the bytes; later sends do not
 * wait for that.
 *
 * <pre>
 *   chunks ──SEND──► all sent ──► file? ──in memory──► sendfile ──all sent──► done
 *     ▲                             │                     └─socket full─► POLL ──► again
 *     └──────── READ into a chunk ◄─┘ not in memory: the ring waits for the disk
 * </pre>
 *
 * <p>With a {@link Sealer}, no sendfile: pieces of the file are read into chunks, from the page
 * cache or by the ring, and sealed there.
 */
final class SendPipeline {
  static final int TAG_SEND = 1;
  static final int TAG_POLL = 3;
  static final int TAG_READ = 4;

  private static final long UNKNOWN = Long.MIN_VALUE;

  /** Sending 2 MiB from memory takes a fifth of this; a disk or a busy machine can take longer. */
  private static final long SLOW_NANOS = 1_000_000L;

  /** Delay before the pool is tried again for a chunk to read into. */
  private static final long NO_CHUNK_NANOS = 1_000_000L;

  private final RingConnection connection;
  private final RingIoThread io;
  private final EventLoop loop;
  private final int fd;
  private final long handle;
  private final SocketWriter writer;
  private final Runnable send = this::send;
  private boolean scheduled;
  private boolean busy;
  private long busySinceNanos;
  private @Nullable Chunk reading;
  private @Nullable ZeroCopySends lent;
  private boolean copying;
  private @Nullable Sealer sealer;

  // Whether the peer is too slow: since when it is watched, 0 if nothing is being sent, and how
  // many
  // bytes it had acknowledged then, UNKNOWN at first. Bytes of a send in flight are not in
  // sentBytes.
  private long sentBytes;
  private long watchedNanos;
  private long watchedBytes;

  /** By the last call of {@link #hasProgressed}. */
  private long acknowledgedBytes;

  SendPipeline(
      RingConnection connection, RingIoThread io, int fd, long handle, SocketWriter writer) {
    this.connection = connection;
    this.io = io;
    this.loop = io.loop();
    this.fd = fd;
    this.handle = handle;
    this.writer = writer;
    this.copying =
        io.config().zeroCopyBytes() == 0
            || connection.getLocalAddress() instanceof UnixDomainSocketAddress; // cannot
  }

  /** Whether the kernel still sends from our memory although no operation is in flight. */
  boolean isLending() {
    return lent != null && !lent.isEmpty();
  }

  /** Seals all later file segments. */
  void sealFiles(Sealer fileSealer) {
    sealer = fileSealer;
  }

  /** Whether an operation is in flight. */
  boolean isBusy() {
    return busy;
  }

  /** Whether one operation takes too long, or the peer {@linkplain #isTooSlow is too slow}. */
  boolean isStalled(long nowNanos) {
    boolean late = busy && nowNanos - busySinceNanos > io.config().sendTimeoutNanos();
    return late || isTooSlow(nowNanos);
  }

  /** Counts bytes that the socket has accepted. */
  void count(long bytes) {
    sentBytes += bytes;
    io.stats().add(Figure.SENT_BYTES, bytes);
  }

  /**
   * Whether the peer has acknowledged fewer bytes in the last minute than the configured minimum,
   * although there were bytes to send all the time. Called regularly.
   */
  private boolean isTooSlow(long nowNanos) {
    TransportConfig config = io.config();
    if (config.minSendBytes() == 0 || (!busy && writer.isDrained()) || connection.isEnding()) {
      watchedNanos = 0;
    } else if (watchedNanos == 0) {
      watchedNanos = nowNanos;
      watchedBytes = UNKNOWN;
    } else if (watchedBytes == UNKNOWN && nowNanos - watchedNanos > config.minSendNanos() / 6) {
      watchedNanos = nowNanos;
      watchedBytes = sentBytes - Sockets.unacknowledgedBytes(fd);
    } else if (watchedBytes != UNKNOWN && nowNanos - watchedNanos > config.minSendNanos()) {
      long acknowledged = sentBytes - Sockets.unacknowledgedBytes(fd);
      double seconds = (nowNanos - watchedNanos) / 1e9;
      boolean slow = acknowledged - watchedBytes < config.minSendBytes() * seconds;
      watchedNanos = nowNanos;
      watchedBytes = acknowledged;
      if (slow) {
        io.tellSlow(connection.getPeerAddress());
      }
      return slow;
    }
    return false;
  }

  /** Whether the peer has acknowledged bytes since the last call. */
  boolean hasProgressed() {
    long before = acknowledgedBytes;
    acknowledgedBytes = sentBytes - Sockets.unacknowledgedBytes(fd);
    return acknowledgedBytes > before;
  }

  /** Sends the staged bytes at the end of this turn. */
  void schedule() {
    if (!scheduled && !busy) {
      scheduled = true;
      loop.defer(send);
    }
  }

  private void send() {
    scheduled = false;
    sendNow();
  }

  /** Starts to send the staged bytes unless an operation is in flight. */
  void sendNow() {
    if (busy || connection.isEnding()) {
      return;
    }
    Chunk chunk = writer.head();
    FileSegment file = writer.file();
    if (chunk != null) {
      // MSG_MORE joins the head with the file's first bytes, and the last bytes with the end of
      // stream.
      int more = file != null || connection.isDraining() ? Sockets.MSG_MORE : 0;
      send(chunk, Sockets.MSG_NOSIGNAL | Sockets.MSG_WAITALL | more);
    } else if (file != null) {
      sendFile(file);
    }
  }

  private void send(Chunk chunk, int flags) {
    long address = chunk.address + chunk.sent;
    int tag = copying || chunk.unsent() < io.config().zeroCopyBytes() ? -1 : begin(chunk);
    if (tag < 0) {
      loop.ring().prepSend(fd, address, chunk.unsent(), flags, begin(OpKind.SEND, TAG_SEND));
    } else {
      long userData = begin(OpKind.SEND_ZC, tag);
      loop.ring().prepSendZeroCopy(fd, address, chunk.unsent(), flags, userData);
      loop.ring().reportCopies();
    }
  }

  private int begin(Chunk chunk) {
    if (lent == null) {
      lent = new ZeroCopySends();
    }
    return lent.begin(chunk);
  }

  private long begin(OpKind kind, int tag) {
    busy = true;
    busySinceNanos = loop.nowNanos();
    return loop.begin(handle, kind, tag);
  }

  private void sendFile(FileSegment file) {
    if (sealer != null) {
      sendSealed(file, sealer);
      return;
    }
    long resident = file.residentBytes(loop.nowNanos());
    if (resident == 0) {
      read(file);
      return;
    }
    long before = loop.ring().nanoTime();
    long n = PageCache.send(fd, file.descriptor(), file.position(), resident);
    if (loop.ring().nanoTime() - before > SLOW_NANOS) {
      file.invalidate();
    }
    if (n > 0) {
      file.advance(n);
      connection.took(n);
      if (file.left() == 0) {
        writer.fileSent();
        connection.afterSend();
      } else if (n < resident) {
        awaitWritable();
      } else {
        schedule(); // the rest must be read from disk
      }
    } else if (n == -Errno.EAGAIN) {
      awaitWritable();
    } else {
      connection.broke(n == 0 ? Errno.EIO : (int) -n);
    }
  }

  private void awaitWritable() {
    loop.ring().prepPoll(fd, POLLOUT, begin(OpKind.POLL, TAG_POLL));
  }

  /** Sends the next piece of a file, sealed; the ring reads what is not in memory. */
  private void sendSealed(FileSegment file, Sealer sealing) {
    Chunk chunk = chunkForFile();
    if (chunk == null) {
      return;
    }
    int wanted = (int) Math.min(sealing.maxPlainBytes(), file.left());
    long n = PageCache.read(file.descriptor(), chunk.memory, wanted, file.position());
    if (n > 0) {
      addRead(chunk, file, (int) n);
      sendNow();
    } else if (n == -Errno.EAGAIN || n == -Errno.EOPNOTSUPP) {
      read(file, chunk, wanted);
    } else {
      io.chunks().give(chunk);
      connection.broke(n == 0 ? Errno.EIO : (int) -n);
    }
  }

  private void read(FileSegment file) {
    Chunk chunk = chunkForFile();
    if (chunk != null) {
      read(file, chunk, (int) Math.min(chunk.room(), file.left()));
    }
  }

  /** A chunk to read into; if there is none, returns null and tries again later. */
  private @Nullable Chunk chunkForFile() {
    Chunk chunk = io.chunks().take(io.config().largeChunkBytes());
    if (chunk == null) {
      scheduled = true;
      var _ = loop.schedule(send, NO_CHUNK_NANOS);
    }
    return chunk;
  }

  private void read(FileSegment file, Chunk chunk, int bytes) {
    reading = chunk;
    loop.ring()
        .prepRead(
            file.descriptor(), chunk.address, bytes, file.position(), begin(OpKind.READ, TAG_READ));
  }

  /** Stages bytes of a file that were read into a chunk, sealed if there is a sealer. */
  private void addRead(Chunk chunk, FileSegment file, int bytes) {
    try {
      chunk.end = sealer == null ? bytes : sealer.seal(chunk.memory, bytes);
    } catch (IOException broken) {
      io.chunks().give(chunk);
      connection.broke(Errno.EPIPE);
      return;
    }
    file.advance(bytes);
    writer.addRead(chunk);
    if (file.left() == 0) {
      writer.fileSent();
    }
  }

  void completed(int tag, int result, int flags) {
    if (tag >= ZeroCopySends.FIRST_TAG && lent != null) {
      lentCompleted(lent, tag, result, flags);
      return;
    }
    busy = false;
    switch (tag) {
      case TAG_SEND -> sent(result);
      case TAG_POLL -> polled(result);
      case TAG_READ -> wasRead(result);
      default -> throw new IllegalStateException("unknown tag " + tag);
    }
  }

  private void sent(int result) {
    if (result < 0) {
      connection.sendFailed(-result);
      return;
    }
    writer.sent(result);
    connection.took(result);
    sendNow();
    connection.afterSend();
  }

  /**
   * Handles the result of a zero-copy send, then its later notification that the memory is free.
   */
  private void lentCompleted(ZeroCopySends lent, int tag, int result, int flags) {
    if (Ring.isNotification(flags)) {
      if (Ring.wasCopied(result)) {
        io.stats().add(Figure.COPIED_BYTES, lent.bytes(tag));
      }
      io.chunks().returned(lent.complete(tag));
      return;
    }
    busy = false;
    lent.sent(tag, Math.max(0, result));
    io.stats().add(Figure.ZERO_COPY_BYTES, lent.bytes(tag));
    if (!Ring.hasMore(flags)) {
      io.chunks().returned(lent.complete(tag));
    }
    switch (result) {
      case -Errno.EINVAL, // the kernel does not support reporting copies
          -Errno.ENOMEM, // the limit of locked memory is reached
          -Errno.ENOBUFS, // no socket memory for notifications
          -Errno.EOPNOTSUPP -> { // not for this kind of socket
        copying = true; // for the rest of this connection
        sendNow();
      }
      default -> sent(result);
    }
  }

  private void polled(int result) {
    if (result < 0 && result != -Errno.ECANCELED) {
      connection.broke(-result);
    } else {
      sendNow();
    }
  }

  private void wasRead(int result) {
    Chunk chunk = reading;
    FileSegment file = writer.file();
    reading = null;
    if (chunk == null || file == null) {
      throw new IllegalStateException("read completion without a read in flight");
    }
    if (connection.isEnding() || result <= 0) {
      io.chunks().give(chunk);
      if (!connection.isEnding()) {
        connection.broke(result == 0 ? Errno.EIO : -result);
      }
      return;
    }
    addRead(chunk, file, result);
    sendNow();
  }
}
