package dev.millrace.cli;

import dev.millrace.net.Sockets;
import dev.millrace.uring.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reports the state of the process to systemd or another service manager with its protocol
 * (sd_notify(3), sd_watchdog_enabled(3)). Without one, does nothing. Any thread.
 */
final class ServiceManager {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  private final @Nullable String socket;
  private final Duration watchdog;

  private ServiceManager(@Nullable String socket, Duration watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /**
   * The service manager of this process.
   *
   * @param environment with NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, if there is one
   * @param pid of this process
   */
  static ServiceManager of(Map<String, String> environment, long pid) {
    String socket = environment.get("NOTIFY_SOCKET");
    String owner = environment.getOrDefault("WATCHDOG_PID", "");
    boolean watched = owner.isEmpty() || owner.equals(Long.toString(pid));
    return new ServiceManager(
        socket == null || socket.isEmpty() ? null : socket,
        watched ? micros(environment.get("WATCHDOG_USEC")) : Duration.ZERO);
  }

  private static Duration micros(@Nullable String text) {
    try {
      return text == null
          ? Duration.ZERO
          : Duration.ofNanos(Math.multiplyExact(Long.parseLong(text), 1000L));
    } catch (NumberFormatException | ArithmeticException wrong) {
      LOG.log(Level.WARNING, "WATCHDOG_USEC is not a number of microseconds: {0}", text);
      return Duration.ZERO;
    }
  }

  /** The server accepts connections. */
  void ready(String status) {
    send("READY=1\nSTATUS=" + status.lines().findFirst().orElse(""));
  }

  /** A reload begins; {@link #ready} ends it. */
  void reloading() {
    send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
  }

  /** A stop begins. */
  void stopping() {
    send("STOPPING=1");
  }

  /**
   * If the service manager has a watchdog for this process, reports that it works, four times in
   * the watchdog's time, as long as it does.
   *
   * @param works waits for the loops, for a time at most; false if one does not answer
   */
  void watch(Predicate<Duration> works) {
    if (socket == null || watchdog.isZero()) {
      return;
    }
    Duration period = watchdog.dividedBy(4);
    var _ =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-watchdog")
            .start(() -> {
              while (true) {
                if (works.test(period)) {
                  send("WATCHDOG=1");
                } else {
                  LOG.warning("a loop has not answered the watchdog in time");
                }
                LockSupport.parkNanos(period.toNanos());
              }
            });
  }

  private void send(String state) {
    if (socket == null) {
      return;
    }
    try {
      Sockets.sendDatagram(socket, state.getBytes(StandardCharsets.UTF_8));
    } catch (ErrnoException failed) {
      LOG.log(
          Level.WARNING,
          "cannot notify the service manager at {0}: {1}",
          new Object[] {socket, failed.getMessage()});
    }
  }
}
