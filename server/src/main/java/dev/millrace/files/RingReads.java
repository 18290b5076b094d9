package dev.millrace.files;

import dev.millrace.files.FileAccess.ReadCallback;
import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.uring.OpKind;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Reads of files by the ring of one loop. Loop thread only. */
public final class RingReads {
  private final EventLoop loop;
  private final ArrayDeque<Read> reads = new ArrayDeque<>();

  public RingReads(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * Reads at an offset into the start of a buffer; the read may be short. Descriptor and buffer
   * must not be closed, returned or changed before the callback.
   *
   * @param length at most the buffer's capacity
   */
  public void read(int fd, ReadBuffer buffer, int length, long offset, ReadCallback callback) {
    Read read = reads.isEmpty() ? new Read() : reads.removeFirst();
    read.start(fd, offset, buffer, length, callback);
  }

  /** One READ at a time; reused with its slot. */
  private final class Read implements CompletionTarget {
    private final long handle = loop.register(this);
    private @Nullable ReadCallback callback;

    void start(int fd, long offset, ReadBuffer buffer, int length, ReadCallback whenRead) {
      callback = whenRead;
      loop.ring()
          .prepRead(
              fd,
              buffer.memory().address(),
              Math.min(length, buffer.capacityBytes()),
              offset,
              loop.begin(handle, OpKind.READ, 0));
    }

    @Override
    public void completed(int tag, int result, int flags) {
      ReadCallback whenRead = callback;
      callback = null;
      reads.addFirst(this);
      if (whenRead != null) {
        whenRead.read(result);
      }
    }
  }
}
