package dev.millrace.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A steady load of small downloads on connections that stay open: each connection asks at fixed
 * times, later only if its last answer is late. A time is from the request's first byte to the
 * answer's last.
 */
final class Downloads {
  private Downloads() {}

  /**
   * Times in nanoseconds, sorted.
   *
   * @param bodyBytes length of the file
   * @param perSecond requests of all connections together; 0 for one after another without a pause
   */
  static long[] run(
      ServerProcess server,
      String name,
      int bodyBytes,
      int connections,
      int perSecond,
      BooleanSupplier goesOn)
      throws IOException, InterruptedException {
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      lanes.add(new Lane(server.connect(), name, bodyBytes));
    }
    long pause = perSecond == 0 ? 0 : 1_000_000_000L * connections / perSecond;
    long start = System.nanoTime() + 1_000_000;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      Lane lane = lanes.get(i);
      long first = start + i * pause / connections;
      threads.add(Thread.ofPlatform().start(() -> lane.run(first, pause, goesOn)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long[] all = lanes.stream().flatMapToLong(lane -> Arrays.stream(lane.times())).toArray();
    Arrays.sort(all);
    return all;
  }

  /** One connection. */
  private static final class Lane {
    private final Socket socket;
    private final byte[] request;
    private final int bodyBytes;
    private long[] times = new long[1024];
    private int count;

    Lane(Socket socket, String name, int bodyBytes) {
      this.socket = socket;
      this.request =
          ("GET /" + name + " HTTP/1.1\r\nHost: h\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
      this.bodyBytes = bodyBytes;
    }

    void run(long first, long pause, BooleanSupplier goesOn) {
      try (socket) {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[1 << 14];
        long next = first;
        int expected = 0;
        while (goesOn.getAsBoolean()) {
          while (System.nanoTime() < next) {
            LockSupport.parkNanos(next - System.nanoTime());
          }
          long sent = System.nanoTime();
          socket.getOutputStream().write(request);
          if (expected == 0) {
            expected = headLength(in, answer) + bodyBytes;
            in.readFully(answer, 0, bodyBytes);
          } else {
            in.readFully(answer, 0, expected); // every head is as long as the first
          }
          note(System.nanoTime() - sent);
          next = Math.max(next + pause, System.nanoTime() - pause);
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    private static int headLength(DataInputStream in, byte[] answer) throws IOException {
      int length = 0;
      while (length < 4
          || answer[length - 4] != '\r'
          || answer[length - 3] != '\n'
          || answer[length - 2] != '\r'
          || answer[length - 1] != '\n') {
        answer[length++] = in.readByte();
      }
      String head = new String(answer, 0, length, StandardCharsets.US_ASCII);
      if (!head.startsWith("HTTP/1.1 200 ")) {
        throw new IOException("not served: " + head);
      }
      return length;
    }

    private void note(long nanos) {
      if (count == times.length) {
        times = Arrays.copyOf(times, count * 2);
      }
      times[count++] = nanos;
    }

    long[] times() {
      return Arrays.copyOf(times, count);
    }
  }
}
