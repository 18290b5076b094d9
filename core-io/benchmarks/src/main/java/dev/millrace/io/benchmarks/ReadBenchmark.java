package dev.millrace.io.benchmarks;

import dev.millrace.io.Reader;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import okio.BufferedSource;
import okio.Okio;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** 1 MiB byte by byte from the same input stream, each through a buffer of 8 KiB, Okio's size. */
@State(Scope.Benchmark)
public class ReadBenchmark {
  static final int BYTES = 1 << 20;
  static final int BUFFER_BYTES = 8192;

  private final byte[] bytes = new byte[BYTES];

  public ReadBenchmark() {
    new Random(1).nextBytes(bytes);
  }

  @Benchmark
  public int millrace() throws IOException {
    Reader r = Reader.from(new ByteArrayInputStream(bytes), BUFFER_BYTES);
    int sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += r.takeByteSigned();
    }
    return sum;
  }

  @Benchmark
  public int jdk() throws IOException {
    InputStream in = new BufferedInputStream(new ByteArrayInputStream(bytes), BUFFER_BYTES);
    int sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += (byte) in.read();
    }
    return sum;
  }

  @Benchmark
  public int okio() throws IOException {
    BufferedSource in = Okio.buffer(Okio.source(new ByteArrayInputStream(bytes)));
    int sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += in.readByte();
    }
    return sum;
  }
}
