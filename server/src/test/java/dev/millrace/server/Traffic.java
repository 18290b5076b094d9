package dev.millrace.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Mixed requests that update most metrics, repeated until closed. */
public final class Traffic implements AutoCloseable {
  private final RunningServer server;
  private final Path root;
  private final int pauseMillis;
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicLong requests = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Thread thread;

  /**
   * @param root the served directory, in which files are created
   */
  public Traffic(RunningServer server, Path root, int pauseMillis) throws Exception {
    this.server = server;
    this.root = root;
    this.pauseMillis = pauseMillis;
    Files.write(root.resolve("f"), new byte[20_000]);
    thread = Thread.ofPlatform().start(this::run);
  }

  private void run() {
    try {
      for (int round = 0; !end.await(pauseMillis, TimeUnit.MILLISECONDS); round++) {
        try (RawClient client = new RawClient(server.address())) {
          for (int i = 0; i < 20; i++) {
            exchange(client, "GET", "/f");
          }
          exchange(client, "GET", "/missing");
          Path fresh = Files.write(root.resolve("fresh" + round % 10), new byte[1000 + round]);
          exchange(client, "GET", "/" + fresh.getFileName(), "Want-Repr-Digest: sha-256=1");
          client.request("HEAD", "/f");
          client.head();
        }
        try (RawClient client = new RawClient(server.address())) {
          exchange(client, "GET", "no-slash");
        }
      }
    } catch (Exception | AssertionError failed) {
      failure.set(failed);
    }
  }

  private void exchange(RawClient client, String method, String target, String... fields)
      throws Exception {
    client.request(method, target, fields);
    client.body(client.head().contentLength());
    requests.incrementAndGet();
  }

  public long requests() {
    return requests.get();
  }

  @Override
  public void close() {
    end.countDown();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
  }
}
