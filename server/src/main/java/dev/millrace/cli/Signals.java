package dev.millrace.cli;

import dev.millrace.sync.ResetEvent;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What signals do to a server.
 *
 * <pre>
 *   SIGTERM, SIGINT   stop it within the drain time and two seconds; exit code 0
 *   SIGHUP            ignored, with a line in the log: there is nothing to read again
 *   SIGQUIT           prints the threads (Java's)
 *   SIGPIPE, SIGUSR2  ignored (Java's)
 *   others            what they do to any program: SIGUSR1, SIGALRM and so on end it by the signal
 * </pre>
 *
 * <p>Java runs its shutdown hooks for SIGHUP, SIGTERM and SIGINT alike and does not tell a hook
 * which it was, so each has a handler of its own here. With {@code -Xrs} Java leaves these signals
 * to the system, and they end the process at once.
 */
final class Signals {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  private Signals() {}

  /** Ignores SIGHUP from now on; before there is anything that it could end. */
  static void ignoreHangUp() {
    handle("HUP", () -> LOG.info("SIGHUP ignored: the configuration is read at start only"));
  }

  /**
   * Runs {@code stop} when the process is told to stop, and ends the process with 0 then.
   *
   * @param most after this time the process is halted, whatever the stop still waits for
   */
  static void stopWith(Runnable stop, Duration most) {
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
          var _ = stopped.timedAwait(most);
          Runtime.getRuntime().halt(0); // exit would run hooks, which may wait for what hangs
        };
    handle("TERM", stopAndEnd);
    handle("INT", stopAndEnd);
  }

  /** By name, since the compiler warns of {@code sun.misc.Signal} and cannot be told not to. */
  @SuppressWarnings("ReferenceEquality") // a proxy equals itself alone
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
      // -Xrs: what the system does by default.
      LOG.log(Level.FINE, "SIG" + name + " is left to the system", reserved.getCause());
    } catch (ReflectiveOperationException missing) {
      LOG.log(Level.WARNING, "SIG" + name + " is not handled: no jdk.unsupported", missing);
    }
  }
}
