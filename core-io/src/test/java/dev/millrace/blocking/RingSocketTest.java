package dev.millrace.blocking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.io.EndOfStreamException;
import dev.millrace.io.Limit;
import dev.millrace.io.ReadFailedException;
import dev.millrace.io.Span;
import dev.millrace.io.WriteFailedException;
import dev.millrace.loop.LoopClosedException;
import dev.millrace.loop.LoopThread;
import dev.millrace.net.Sockets;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of threads that wait. */
class RingSocketTest {
  private static final int BIG = 10_000_000;

  @TempDir Path directory;
  private LoopThread loop;
  private int ownTargets;

  @BeforeEach
  void start() throws Exception {
    loop = LoopThread.start("test-loop");
    ownTargets = loopTargets();
  }

  @AfterEach
  void stop() {
    loop.close();
  }

  private SocketAddress address(boolean unix) {
    return unix
        ? UnixDomainSocketAddress.of(directory.resolve("socket"))
        : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private RingServerSocket listen(boolean unix) throws IOException {
    return RingServerSocket.listen(loop.loop(), address(unix), 128);
  }

  private RingSocket connect(RingServerSocket server) throws IOException {
    return RingSocket.connect(loop.loop(), server.address());
  }

  /** Two connected sockets. */
  private record Pair(RingSocket client, RingSocket server) implements AutoCloseable {
    @Override
    public void close() {
      client.close();
      server.close();
    }
  }

  private Pair pair(boolean unix) throws Exception {
    try (RingServerSocket listening = listen(unix)) {
      Future<RingSocket> accepted = onAThread(listening::accept);
      return new Pair(connect(listening), accepted.get());
    }
  }

  private interface Work<T> {
    T run() throws Exception;
  }

  private static <T> Future<T> onAThread(Work<T> work) {
    FutureTask<T> task = new FutureTask<>(work::run);
    Thread.ofVirtual().start(task);
    return task;
  }

  private static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(content);
    return content;
  }

  private static int openDescriptors() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return (int) files.count();
    }
  }

  private static void echoLines(RingSocket socket) {
    try (socket) {
      for (Span line; (line = socket.reader().takeDelimiter('\n')) != null; ) {
        socket.writer().writeAll(line);
        socket.writer().writeByte('\n');
        socket.writer().flush();
      }
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyVirtualThreadsEcho(boolean unix) throws Exception {
    try (RingServerSocket server = listen(unix);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        int number = i;
        threads.submit(() -> {
          echoLines(server.accept());
          return null;
        });
        clients.add(
            threads.submit(() -> {
              try (RingSocket socket = connect(server)) {
                for (int message = 0; message < 100; message++) {
                  String text = "client " + number + " message " + message;
                  socket.writer().writeAll(text.getBytes(StandardCharsets.US_ASCII));
                  socket.writer().writeByte('\n');
                  socket.writer().flush();
                  Span line = socket.reader().takeDelimiter('\n');
                  assertEquals(
                      text,
                      new String(
                          line.array(), line.offset(), line.length(), StandardCharsets.US_ASCII));
                }
              }
              return null;
            }));
      }
      for (Future<?> client : clients) {
        client.get();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bothDirectionsFillTheSocketsAtOnce(boolean unix) throws Exception {
    byte[] content = random(BIG);
    try (Pair pair = pair(unix)) {
      List<Future<?>> work = new ArrayList<>();
      for (RingSocket socket : List.of(pair.client(), pair.server())) {
        work.add(
            onAThread(() -> {
              socket.writer().writeAll(content);
              socket.endOutput();
              return null;
            }));
        work.add(
            onAThread(() -> {
              assertArrayEquals(content, socket.reader().allocRemaining(Limit.limited(BIG + 1)));
              return null;
            }));
      }
      for (Future<?> each : work) {
        each.get();
      }
    }
  }

  @Test
  void anEndedOutputIsTheEndOfTheStreamAndReadingGoesOn() throws Exception {
    try (Pair pair = pair(false)) {
      pair.client().writer().writeAll(new byte[] {1, 2});
      pair.client().endOutput();
      assertEquals(1, pair.server().reader().takeByte());
      assertEquals(2, pair.server().reader().takeByte());
      assertThrows(EndOfStreamException.class, pair.server().reader()::takeByte);
      pair.server().writer().writeByte(3);
      pair.server().writer().flush();
      assertEquals(3, pair.client().reader().takeByte());
      assertThrows(
          WriteFailedException.class,
          () -> {
            pair.client().writer().writeByte(4);
            pair.client().writer().flush();
          });
    }
  }

  @Test
  void aRefusedConnectionSaysSo() throws Exception {
    SocketAddress free;
    try (RingServerSocket server = listen(false)) {
      free = server.address();
    }
    ErrnoException refused =
        assertThrows(ErrnoException.class, () -> RingSocket.connect(loop.loop(), free));
    assertEquals(Errno.ECONNREFUSED, refused.errno());
    SocketAddress tooLong = UnixDomainSocketAddress.of("/" + "x".repeat(200));
    assertThrows(ErrnoException.class, () -> RingSocket.connect(loop.loop(), tooLong));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closingEndsAReadAndAWriteThatWait(boolean unix) throws Exception {
    try (Pair pair = pair(unix)) {
      CompletableFuture<Void> reads = new CompletableFuture<>();
      Future<ReadFailedException> read =
          onAThread(() -> {
            reads.complete(null);
            return assertThrows(ReadFailedException.class, pair.client().reader()::takeByte);
          });
      CompletableFuture<Void> writes = new CompletableFuture<>();
      Future<WriteFailedException> write =
          onAThread(() ->
              assertThrows(
                  WriteFailedException.class,
                  () -> {
                    for (int i = 0; i < 1000; i++) { // the peer reads nothing
                      pair.client().writer().writeAll(random(100_000));
                      writes.complete(null);
                    }
                  }));
      reads.join();
      writes.join();
      pair.client().close();
      assertTrue(read.get().getMessage().contains("closed"), read.get().getMessage());
      assertTrue(write.get().getMessage().contains("closed"), write.get().getMessage());
      assertThrows(IOException.class, pair.client()::localAddress);
      assertEquals(
          "the socket is closed",
          assertThrows(ReadFailedException.class, pair.client().reader()::takeByte).getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closingTheServerEndsAnAccept(boolean unix) throws Exception {
    RingServerSocket server = listen(unix);
    CompletableFuture<Void> waits = new CompletableFuture<>();
    Future<ErrnoException> accept =
        onAThread(() -> {
          waits.complete(null);
          return assertThrows(ErrnoException.class, server::accept);
        });
    waits.join();
    server.close();
    server.close();
    assertEquals(Errno.EBADF, accept.get().errno());
    assertThrows(ErrnoException.class, server::accept);
  }

  @Test
  void theEndOfTheLoopEndsWaitsAndLeavesNoDescriptor() throws Exception {
    int before = descriptorsWithoutSockets();
    try (LoopThread other = LoopThread.start("other");
        RingServerSocket server = RingServerSocket.listen(other.loop(), address(false), 10)) {
      Future<RingSocket> accepted = onAThread(server::accept);
      try (RingSocket client = RingSocket.connect(other.loop(), server.address());
          RingSocket ours = accepted.get()) {
        Future<ReadFailedException> read =
            onAThread(() -> assertThrows(ReadFailedException.class, client.reader()::takeByte));
        Future<LoopClosedException> accept =
            onAThread(() -> assertThrows(LoopClosedException.class, server::accept));
        other.loop().stop();
        assertInstanceOf(LoopClosedException.class, read.get().getCause());
        assertEquals("the loop has closed", accept.get().getMessage());
        ours.writer().writeByte(7); // needs no loop
        ours.writer().flush();
        assertEquals(7, client.reader().takeByte());
      }
      assertThrows(
          LoopClosedException.class, () -> RingSocket.connect(other.loop(), server.address()));
    }
    assertEquals(before, openDescriptors());
  }

  /** The loop holds the descriptor although it receives nothing. */
  @Test
  void theEndOfALoopWithFullSocketsLeavesNoDescriptor() throws Exception {
    stopWithFullSockets("first"); // the channels of the JDK keep a descriptor
    int before = descriptorsWithoutSockets();
    stopWithFullSockets("second");
    assertEquals(before, descriptorsWithoutSockets());
  }

  private void stopWithFullSockets(String name) throws Exception {
    SocketAddress address = UnixDomainSocketAddress.of(directory.resolve(name));
    try (LoopThread other = LoopThread.start("other");
        RingServerSocket server = RingServerSocket.listen(other.loop(), address, 10);
        SocketChannel peer = SocketChannel.open(server.address());
        RingSocket unread = server.accept()) {
      peer.configureBlocking(false);
      ByteBuffer bytes = ByteBuffer.allocate(100_000);
      do {
        while (peer.write(bytes.clear()) > 0) {
          Thread.onSpinWait();
        }
        turn(other);
        turn(other);
      } while (peer.write(bytes.clear()) > 0);
      other.loop().stop();
      assertThrows(LoopClosedException.class, server::accept);
      assertEquals(0, unread.reader().takeByte()); // what was received ahead
    }
  }

  /** As a connection that is accepted just before the loop closes. */
  @Test
  void aReadOfASocketWhoseLoopHasClosedDoesNotWait() throws Exception {
    int before = descriptorsWithoutSockets();
    LoopThread closed = LoopThread.start("closed");
    closed.close();
    try (RingSocket socket = new RingSocket(closed.loop(), Sockets.open(address(false)))) {
      assertThrows(ReadFailedException.class, socket.reader()::takeByte);
    }
    assertEquals(before, descriptorsWithoutSockets());
  }

  private static void turn(LoopThread of) throws Exception {
    CompletableFuture<Void> made = new CompletableFuture<>();
    of.execute(() -> made.complete(null));
    made.get();
  }

  @Test
  void aThousandConnectionsLeaveNoDescriptor() throws Exception {
    int before = descriptorsWithoutSockets();
    try (RingServerSocket server = listen(false)) {
      for (int i = 0; i < 1000; i++) {
        Future<RingSocket> accepted = onAThread(server::accept);
        try (RingSocket client = connect(server);
            RingSocket ours = accepted.get()) {
          client.writer().writeByte(i);
          client.writer().flush();
          assertEquals(i & 0xff, ours.reader().takeByte());
        }
      }
    }
    assertEquals(before, descriptorsWithoutSockets());
  }

  /** The open descriptors once the loop has finished with all sockets; classes are loaded then. */
  private int descriptorsWithoutSockets() throws Exception {
    pair(false).close();
    while (loopTargets() > ownTargets) {
      Thread.onSpinWait();
    }
    return openDescriptors();
  }

  private int loopTargets() throws Exception {
    CompletableFuture<Integer> targets = new CompletableFuture<>();
    loop.execute(() -> targets.complete(loop.loop().targets()));
    return targets.get();
  }

  @Test
  void platformThreadsAndTheLoopThreadAreToldApart() throws Exception {
    try (Pair pair = pair(false)) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      loop.execute(() -> {
        try {
          var _ = pair.client().reader().takeByte();
          failure.complete(null);
        } catch (Throwable thrown) {
          failure.complete(thrown);
        }
      });
      assertInstanceOf(IllegalStateException.class, failure.get());
      byte[] sent = new byte[1];
      Thread reader =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  sent[0] = (byte) pair.server().reader().takeByte();
                } catch (IOException failed) {
                  throw new AssertionError(failed);
                }
              });
      pair.client().writer().writeByte(9);
      pair.client().writer().flush();
      reader.join();
      assertEquals(9, sent[0]);
    }
  }
}
