package dev.millrace.examples;

import dev.millrace.blocking.RingCaller;
import dev.millrace.blocking.RingFileReader;
import dev.millrace.blocking.RingFileWriter;
import dev.millrace.file.FileCalls;
import dev.millrace.io.HashedWriter;
import dev.millrace.io.Hasher;
import dev.millrace.loop.EventLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The task as straight-line code: read, hash and write until the end. The thread that runs it
 * sleeps or parks at each step, depending on its kind.
 */
final class BlockingCopy {
  /** Size of one read or write. */
  static final int PIECE_BYTES = 64 << 10;

  private BlockingCopy() {}

  /** Copies the file and returns its SHA-256 in hexadecimal. */
  static String copy(EventLoop loop, Path from, Path to) throws IOException {
    MessageDigest digest = sha256();
    try (Arena arena = Arena.ofShared();
        RingCaller caller = new RingCaller(loop)) {
      int in = FileCalls.openForReading(from);
      try {
        int out = FileCalls.createForWriting(to);
        try {
          RingFileReader reader =
              new RingFileReader(caller, in, arena.allocate(PIECE_BYTES), new byte[0]);
          RingFileWriter writer = new RingFileWriter(caller, out, arena.allocate(PIECE_BYTES));
          HashedWriter hashed = writer.hashed(Hasher.of(digest), new byte[PIECE_BYTES]);
          reader.streamRemaining(hashed);
          hashed.flush();
          writer.flush();
        } finally {
          FileCalls.close(out);
        }
      } finally {
        FileCalls.close(in);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has SHA-256
    }
  }
}
