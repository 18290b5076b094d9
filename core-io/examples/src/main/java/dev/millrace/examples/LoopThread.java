package dev.millrace.examples;

import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopWait;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingUnavailableException;

/** An event loop on a thread of its own. */
final class LoopThread implements AutoCloseable {
  private final EventLoop loop;
  private final Thread thread;

  LoopThread() throws RingUnavailableException {
    loop = new EventLoop(IoUring.open(RingConfig.DEFAULT), Throwable::printStackTrace);
    LoopWait started = new LoopWait(loop);
    thread =
        Thread.ofPlatform()
            .name("loop")
            .start(() -> {
              try {
                loop.attach();
                loop.post(started::happened);
                loop.run();
              } finally {
                loop.close();
              }
            });
    started.await();
  }

  EventLoop loop() {
    return loop;
  }

  @Override
  public void close() {
    loop.stop();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
