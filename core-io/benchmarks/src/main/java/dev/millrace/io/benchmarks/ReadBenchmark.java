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

/**
 * 1 MiB byte by byte from the same input stream, each through a buffer of 8 KiB, Okio's size. Each
 * reader passes through a field, as in a program: of one that never leaves a method the compiler
 * removes the locks, which is what the "unshared" ones show.
 */
@State(Scope.Benchmark)
public class ReadBenchmark {
  static final int BYTES = 1 << 20;
  static final int BUFFER_BYTES = 8192;

  private final byte[] bytes = new byte[BYTES];
  Reader reader = Reader.ending();
  InputStream stream = InputStream.nullInputStream();
  BufferedSource source = Okio.buffer(Okio.source(stream));

  public ReadBenchmark() {
    new Random(1).nextBytes(bytes);
  }

  @Benchmark
  public int millrace() throws IOException {
    reader = Reader.from(new ByteArrayInputStream(bytes), BUFFER_BYTES);
    Reader r = reader;
    int sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += r.takeByteSigned();
    }
    return sum;
  }

  @Benchmark
  public int jdk() throws IOException {
    stream = new BufferedInputStream(new ByteArrayInputStream(bytes), BUFFER_BYTES);
    InputStream in = stream;
    int sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += (byte) in.read();
    }
    return sum;
  }

  @Benchmark
  public int okio() throws IOException {
    source = Okio.buffer(Okio.source(new ByteArrayInputStream(bytes)));
    BufferedSource in = source;
    int sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += in.readByte();
    }
    return sum;
  }

  @Benchmark
  public int millraceUnshared() throws IOException {
    Reader r = Reader.from(new ByteArrayInputStream(bytes), BUFFER_BYTES);
    int sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += r.takeByteSigned();
    }
    return sum;
  }

  @Benchmark
  public int jdkUnshared() throws IOException {
    InputStream in = new BufferedInputStream(new ByteArrayInputStream(bytes), BUFFER_BYTES);
    int sum = 0;
    for (int i = 0; i < BYTES; i++) {
      sum += (byte) in.read();
    }
    return sum;
  }
}
