package dev.millrace.io.benchmarks;

import dev.millrace.io.Limit;
import dev.millrace.io.Reader;
import dev.millrace.io.Writer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** 32 MiB from a reader to a writer, beside one array copy: more than the caches hold. */
@State(Scope.Benchmark)
public class CopyBenchmark {
  private static final int BYTES = 32 << 20;
  private static final int BUFFER_BYTES = 64 << 10;

  private final byte[] source = new byte[BYTES];
  private final byte[] target = new byte[BYTES];

  public CopyBenchmark() {
    new Random(1).nextBytes(source);
  }

  /** What {@code Arrays.copyOf} does once it has its array, whose zeroing would flatter us. */
  @Benchmark
  public byte[] arraycopy() {
    System.arraycopy(source, 0, target, 0, BYTES);
    return target;
  }

  @Benchmark
  public long stream() throws IOException {
    return Reader.fixed(source).stream(Writer.fixed(target), Limit.UNLIMITED);
  }

  /** In pieces, from a stream and through a buffer that is bypassed. */
  @Benchmark
  public long streamInPieces() throws IOException {
    Reader r = Reader.from(new ByteArrayInputStream(source), BUFFER_BYTES);
    Writer w = Writer.fixed(target);
    long n = 0;
    while (n < BYTES) {
      n += r.stream(w, Limit.limited(BUFFER_BYTES));
    }
    return n;
  }
}
