package dev.millrace.loop;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.sync.Errno;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.sim.SimulatedRing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Copies a file piece by piece, once: open, open, read and write in turn, flush, close, close. */
final class FileCopy implements CompletionTarget {
  enum Outcome {
    RUNNING,
    COPIED,
    FAILED
  }

  private static final int PIECE_BYTES = 128;
  private static final int O_WRONLY_CREAT_TRUNC = 0x241;

  private final EventLoop loop;
  private final SimulatedRing ring;
  private final MemorySegment names;
  private final MemorySegment piece;
  private final long handle;
  private final String from;
  private final String to;
  private int step;
  private int source = -1;
  private int target = -1;
  private long offset;
  private int read;
  private int written;
  private int errno;
  private Outcome outcome = Outcome.RUNNING;

  FileCopy(EventLoop loop, SimulatedRing ring, Arena arena, String from, String to) {
    this.loop = loop;
    this.ring = ring;
    this.from = from;
    this.to = to;
    this.names = arena.allocate(256, 8);
    this.piece = arena.allocate(PIECE_BYTES);
    this.handle = loop.register(this);
    submit();
  }

  Outcome outcome() {
    return outcome;
  }

  private static final int OPEN_SOURCE = 0;
  private static final int OPEN_TARGET = 1;
  private static final int READ = 2;
  private static final int WRITE = 3;
  private static final int FLUSH = 4;
  private static final int CLOSE_TARGET = 5;
  private static final int CLOSE_SOURCE = 6;

  private void submit() {
    switch (step) {
      case OPEN_SOURCE -> open(from, 0);
      case OPEN_TARGET -> open(to, O_WRONLY_CREAT_TRUNC);
      case READ -> {
        long data = loop.begin(handle, OpKind.READ, step);
        ring.prepRead(source, piece.address(), PIECE_BYTES, offset, data);
      }
      case WRITE -> {
        long data = loop.begin(handle, OpKind.WRITE, step);
        int left = read - written;
        ring.prepWrite(target, piece.address() + written, left, offset + written, data);
      }
      case FLUSH -> ring.prepFsync(target, false, loop.begin(handle, OpKind.FSYNC, step));
      case CLOSE_TARGET -> ring.prepClose(target, loop.begin(handle, OpKind.CLOSE, step));
      case CLOSE_SOURCE -> ring.prepClose(source, loop.begin(handle, OpKind.CLOSE, step));
      default -> throw new IllegalStateException("step " + step);
    }
  }

  private void open(String name, long flags) {
    names.set(JAVA_LONG, 0, flags);
    names.set(JAVA_LONG, 8, 0644);
    names.set(JAVA_LONG, 16, 0x0a);
    names.setString(24, name);
    long data = loop.begin(handle, OpKind.OPENAT2, step);
    ring.prepOpenat2(ring.files().directory(), names.address() + 24, names.address(), data);
  }

  @Override
  public void completed(int tag, int result, int flags) {
    if (tag != step) {
      throw new IllegalStateException("a completion of somebody else: tag " + tag);
    }
    if (result == -Errno.EINTR || result == -Errno.EAGAIN) {
      submit();
      return;
    }
    if (result < 0) {
      errno = -result;
      clean();
      return;
    }
    switch (step) {
      case OPEN_SOURCE -> {
        source = result;
        step = OPEN_TARGET;
      }
      case OPEN_TARGET -> {
        target = result;
        step = READ;
      }
      case READ -> {
        read = result;
        written = 0;
        step = result == 0 ? FLUSH : WRITE;
      }
      case WRITE -> {
        written += result;
        if (written == read) {
          offset += read;
          step = READ;
        }
      }
      case FLUSH -> step = CLOSE_TARGET;
      case CLOSE_TARGET -> {
        target = -1;
        clean();
        return;
      }
      default -> {
        source = -1;
        clean();
        return;
      }
    }
    submit();
  }

  /** Closes what is still open, one after the other, then ends. */
  private void clean() {
    if (target >= 0 || source >= 0) {
      step = target >= 0 ? CLOSE_TARGET : CLOSE_SOURCE;
      submit();
      return;
    }
    outcome = errno == 0 ? Outcome.COPIED : Outcome.FAILED;
    ring.release(piece);
    ring.release(names);
    loop.release(handle);
  }
}
