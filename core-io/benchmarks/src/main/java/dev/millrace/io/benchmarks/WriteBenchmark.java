package dev.millrace.io.benchmarks;

import dev.millrace.io.Writer;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import okio.BufferedSink;
import okio.Okio;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * 1 MiB byte by byte to the same output stream, each through a buffer of 8 KiB, Okio's size. Each
 * writer passes through a field; {@link ReadBenchmark} says why.
 */
@State(Scope.Benchmark)
public class WriteBenchmark {
  private static final int BYTES = ReadBenchmark.BYTES;
  private static final int BUFFER_BYTES = ReadBenchmark.BUFFER_BYTES;

  private final ByteArrayOutputStream target = new ByteArrayOutputStream(BYTES);
  Writer writer = Writer.failing();
  OutputStream stream = target;
  BufferedSink sink = Okio.buffer(Okio.sink(stream));

  @Benchmark
  public int millrace() throws IOException {
    target.reset();
    writer = Writer.to(target, BUFFER_BYTES);
    Writer w = writer;
    for (int i = 0; i < BYTES; i++) {
      w.writeByte(i);
    }
    w.flush();
    return target.size();
  }

  @Benchmark
  public int jdk() throws IOException {
    target.reset();
    stream = new BufferedOutputStream(target, BUFFER_BYTES);
    OutputStream out = stream;
    for (int i = 0; i < BYTES; i++) {
      out.write(i);
    }
    out.flush();
    return target.size();
  }

  @Benchmark
  public int okio() throws IOException {
    target.reset();
    sink = Okio.buffer(Okio.sink(target));
    BufferedSink out = sink;
    for (int i = 0; i < BYTES; i++) {
      out.writeByte(i);
    }
    out.flush();
    return target.size();
  }

  @Benchmark
  public int millraceUnshared() throws IOException {
    target.reset();
    Writer w = Writer.to(target, BUFFER_BYTES);
    for (int i = 0; i < BYTES; i++) {
      w.writeByte(i);
    }
    w.flush();
    return target.size();
  }

  @Benchmark
  public int jdkUnshared() throws IOException {
    target.reset();
    OutputStream out = new BufferedOutputStream(target, BUFFER_BYTES);
    for (int i = 0; i < BYTES; i++) {
      out.write(i);
    }
    out.flush();
    return target.size();
  }
}
