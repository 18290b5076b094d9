package dev.millrace.cli;

import dev.millrace.sync.ResetEvent;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Handles the signals of a server process.
 *
 * <pre>
 *   SIGTERM, SIGINT   stop the server within the drain time and two seconds; exit code 0
 *   SIGHUP            reloads the configuration; ignored before the start
 *   SIGQUIT           prints the threads (by Java)
 *   SIGPIPE, SIGUSR2  ignored (by Java)
 *   others            have the system's default action: SIGUSR1, SIGALRM and so on end the process
 * </pre>
 *
 * <p>Java runs its shutdown hooks for SIGHUP, SIGTERM and SIGINT alike, and a hook cannot tell
 * which signal arrived. So each signal has its own handler here. With {@code -Xrs} Java leaves
 * these signals to the system, and they end the process at once.
 */
final class Signals {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  private Signals() {}

  /** Ignores SIGHUP from now on. Call this before the server starts. */
  static void ignoreHangUp() {
    handle("HUP", () -> LOG.info("SIGHUP ignored: the server is starting"));
  }

  /**
   * Runs {@code reload} on each SIGHUP.
   *
   * @param reload may block; signals that arrive meanwhile wait
   */
  static void reloadWith(Runnable reload) {
    handle("HUP", reload);
  }

  /**
   * Runs {@code stop} on SIGTERM or SIGINT, then ends the process with exit code 0.
   *
   * @param max after this time the process is halted even if {@code stop} has not returned
   */
  static void stopWith(Runnable stop, Duration max) {
    Runnable stopAndEnd =
        () -> {
          ResetEvent stopped = new ResetEvent();
          var _ =
              Thread.ofPlatform()
                  .daemon()
                  .name("millrace-stop")
                  .start(() -> {
                    try {
                      stop.run();
                    } finally {
                      stopped.set();
                    }
                  });
          var _ = stopped.timedAwait(max);
          Runtime.getRuntime().halt(0); // exit() would run hooks, which may hang too
        };
    handle("TERM", stopAndEnd);
    handle("INT", stopAndEnd);
  }

  /**
   * Uses reflection because the compiler's warning about {@code sun.misc.Signal} cannot be
   * disabled.
   */
  @SuppressWarnings("ReferenceEquality") // a proxy equals only itself
  private static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      action.run();
                      yield null;
                    }
                    case "equals" -> Objects.requireNonNull(arguments)[0] == proxy;
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> name;
                  });
      Object number = signal.getConstructor(String.class).newInstance(name);
      var _ = signal.getMethod("handle", signal, handler).invoke(null, number, handling);
    } catch (InvocationTargetException reserved) {
      // With -Xrs the system's default action applies.
      LOG.log(Level.FINE, "SIG" + name + " is left to the system", reserved.getCause());
    } catch (ReflectiveOperationException missing) {
      LOG.log(Level.WARNING, "SIG" + name + " is not handled: no jdk.unsupported", missing);
    }
  }
}
