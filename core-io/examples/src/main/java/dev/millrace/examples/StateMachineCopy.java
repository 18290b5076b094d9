package dev.millrace.examples;

import dev.millrace.file.FileCalls;
import dev.millrace.loop.CompletionTarget;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopThread;
import dev.millrace.uring.ErrnoException;
import dev.millrace.uring.OpKind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The task as a state machine on the loop: it has no thread and no stack, only these fields.
 *
 * <pre>
 *   READING ──bytes──► WRITING ──all written──► READING ...
 *      │ end of file       │ error
 *      ▼                   ▼
 *    DONE ◄──────────────── (either way the descriptors are closed)
 * </pre>
 */
public final class StateMachineCopy implements CompletionTarget {
  private enum State {
    READING,
    WRITING,
    DONE
  }

  private final EventLoop loop;
  private final Outcome outcome;
  private final MessageDigest digest = BlockingCopy.sha256();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment chunk = arena.allocate(BlockingCopy.PIECE_BYTES);
  private final ByteBuffer bytes = chunk.asByteBuffer();
  private final int in;
  private final int out;
  private final long handle;
  private State state = State.READING;
  private long position;
  private int chunkLength;
  private int chunkWritten;

  private StateMachineCopy(EventLoop loop, Path from, Path to, Outcome outcome)
      throws ErrnoException {
    this.loop = loop;
    this.outcome = outcome;
    this.in = FileCalls.openForReading(from);
    try {
      this.out = FileCalls.createForWriting(to);
    } catch (ErrnoException failed) {
      FileCalls.close(in);
      throw failed;
    }
    this.handle = loop.register(this);
  }

  /** Starts a copy; any thread. The outcome receives its SHA-256 in hexadecimal. */
  static void start(EventLoop loop, Path from, Path to, Outcome outcome) {
    loop.post(() -> {
      try {
        new StateMachineCopy(loop, from, to, outcome).read();
      } catch (IOException failed) {
        outcome.fail(failed);
      }
    });
  }

  private void read() {
    state = State.READING;
    loop.ring()
        .prepRead(
            in,
            chunk.address(),
            BlockingCopy.PIECE_BYTES,
            position,
            loop.begin(handle, OpKind.READ, 0));
  }

  private void write() {
    state = State.WRITING;
    loop.ring()
        .prepWrite(
            out,
            chunk.address() + chunkWritten,
            chunkLength - chunkWritten,
            position + chunkWritten,
            loop.begin(handle, OpKind.WRITE, 0));
  }

  @Override
  public void completed(int tag, int result, int flags) {
    if (result < 0) {
      String what = state == State.READING ? "read" : "write";
      finish();
      outcome.fail(new ErrnoException(what, -result));
      return;
    }
    switch (state) {
      case READING -> {
        if (result == 0) {
          finish();
          outcome.complete(HexFormat.of().formatHex(digest.digest()));
          return;
        }
        digest.update(bytes.clear().limit(result));
        chunkLength = result;
        chunkWritten = 0;
        write();
      }
      case WRITING -> {
        chunkWritten += result;
        if (chunkWritten < chunkLength) {
          write();
        } else {
          position += chunkLength;
          read();
        }
      }
      case DONE -> throw new IllegalStateException("completion after DONE");
    }
  }

  private void finish() {
    state = State.DONE;
    loop.release(handle);
    FileCalls.close(in);
    FileCalls.close(out);
    arena.close();
  }

  /** Prints the copy's SHA-256 in the format of sha256sum. Arguments: from, to. */
  public static void main(String... arguments) throws Exception {
    Path to = Path.of(arguments[1]);
    try (LoopThread loop = LoopThread.start("loop")) {
      Outcome outcome = new Outcome(loop.loop());
      start(loop.loop(), Path.of(arguments[0]), to, outcome);
      System.out.println(outcome.get() + "  " + to);
    }
  }
}
