package dev.millrace.cli;

import dev.millrace.config.Key;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.content.MountSettings;
import dev.millrace.logging.LogHandler;
import dev.millrace.server.Confinement;
import dev.millrace.server.FileServer;
import dev.millrace.server.InheritedSockets;
import dev.millrace.server.NativeLinks;
import dev.millrace.server.ReloadSettings;
import dev.millrace.server.ServerSettings;
import dev.millrace.server.StartException;
import dev.millrace.server.StartHints;
import dev.millrace.warmup.WarmUp;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace serve}: serves a directory until a signal stops it. */
@Command(
    name = "serve",
    description = "Serves a directory over HTTP.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Each option can also be set by an environment variable, such as MILLRACE_LISTEN for --listen"
          + " (MILLRACE_ROOT for DIR), or in the YAML file by its name without dashes. Flags"
          + " override the environment, and the environment overrides the file."
    })
class Serve implements Callable<Integer> {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** The options that are no settings. */
  private static final Set<String> OWN = Set.of("--config", "--open", "--qr");

  /** Time beyond the drain time after which a stopping process is halted. */
  private static final Duration STOP_GRACE = Duration.ofMillis(1800);

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The directory to serve (default: the current directory).")
  private @Nullable String root;

  @Option(names = "--config", paramLabel = "FILE", description = "The YAML file with settings.")
  private @Nullable Path config;

  @Option(names = "--open", description = "Opens the first URL in a browser (xdg-open).")
  private boolean open;

  @Option(names = "--qr", description = "Shows a URL that other machines can reach as a QR code.")
  private boolean qr;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  Serve() {}

  @Override
  public Integer call() {
    return run(
        flags(),
        server -> {
          List<String> urls =
              open || qr ? StartHints.urls(server.addresses(), server.tlsAddresses()) : List.of();
          if (qr && !urls.isEmpty()) {
            System.out.print(StartActions.qrCode(urls.getLast()));
          }
          if (open && !urls.isEmpty()) {
            StartActions.open(urls.getFirst());
          }
        });
  }

  /** As {@link #run(SettingsLoader.Flags, Consumer)}, with nothing to do at the start. */
  static int run(SettingsLoader.Flags flags) {
    return run(flags, server -> {});
  }

  /**
   * Serves until a signal stops the server; returns the exit code.
   *
   * @param started gets the server once it listens
   */
  private static int run(SettingsLoader.Flags flags, Consumer<FileServer> started) {
    FileServer server;
    ServerSettings settings;
    PidFile pidFile;
    LogHandler logs = LogHandler.install(System.err);
    Signals.ignoreHangUp();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> defect(thread, failure, logs));
    try {
      NativeLinks.preload();
      settings = ServerSettings.load(flags, System.getenv());
      long pid = ProcessHandle.current().pid();
      InheritedSockets sockets = InheritedSockets.of(System.getenv(), pid);
      if (Confinement.changesUser(settings)) {
        Confinement.changeUser(settings, sockets);
        settings = ServerSettings.load(flags, System.getenv()); // what the user may read
      }
      FileServer.checkRoots(settings);
      WarmUp.before(settings);
      Confinement.restrict(settings, SettingsLoader.file(flags, System.getenv()));
      server = FileServer.start(settings, sockets);
      pidFile = writePid(settings);
    } catch (SettingsException | StartException refused) {
      System.err.println("millrace: " + refused.getMessage());
      return Millrace.EXIT_USAGE;
    }
    ServiceManager manager = ServiceManager.of(System.getenv(), ProcessHandle.current().pid());
    Executor reloads = reloader();
    AtomicReference<Set<Path>> named = new AtomicReference<>(settings.files());
    Runnable reload =
        () ->
            reloads.execute(() -> {
              manager.reloading();
              try {
                boolean _ =
                    server.reload(() -> {
                      ServerSettings loaded = ServerSettings.load(flags, System.getenv());
                      named.set(loaded.files());
                      return loaded;
                    });
              } finally {
                manager.ready(server.greeting());
              }
            });
    Signals.reloadWith(reload);
    Duration max = settings.get(ServerSettings.DRAIN).plus(STOP_GRACE);
    Signals.stopWith(
        () -> {
          manager.stopping();
          server.close();
          if (pidFile != null) {
            pidFile.delete();
          }
          logs.close();
        },
        max);
    manager.watch(server::works);
    watchConfig(flags, settings.get(ReloadSettings.WATCH), named, reload);
    manager.ready(server.greeting());
    System.out.println(server.greeting());
    if (Console.isTerminal(1)) { // a log has one line for the start
      StartHints.of(settings, server.addresses(), server.tlsAddresses())
          .forEach(hint -> System.out.println("millrace: " + hint));
    }
    started.accept(server);
    System.out.flush();
    server.await();
    return 0;
  }

  /** Reloads when the configuration, or a file that it names, has changed. */
  private static void watchConfig(
      SettingsLoader.Flags flags,
      Duration period,
      AtomicReference<Set<Path>> named,
      Runnable reload) {
    Path config = SettingsLoader.file(flags, System.getenv());
    if (config != null && period.isPositive()) {
      new ConfigWatch(() -> Stream.concat(Stream.of(config), named.get().stream()).toList(), reload)
          .start(period);
    }
  }

  /**
   * Logs what ended a thread. Without a loop the process is useless, so a supervisor should start
   * another one. The process is halted: an orderly stop would wait for the loop.
   */
  private static void defect(Thread thread, Throwable failure, LogHandler logs) {
    LOG.log(Level.SEVERE, failure, () -> "thread " + thread.getName() + " failed: " + failure);
    if (thread instanceof XnioIoThread) {
      logs.close();
      Runtime.getRuntime().halt(Millrace.EXIT_FAILED);
    }
  }

  /**
   * A thread for reloads. This thread starts it, so it and the threads that it starts have this
   * one's restrictions; those of Java, which handle signals, have none.
   */
  private static Executor reloader() {
    ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Thread.ofPlatform().daemon().name("millrace-reload").unstarted(task));
    boolean _ = thread.prestartCoreThread();
    return thread;
  }

  private static @Nullable PidFile writePid(ServerSettings settings) throws StartException {
    Path path = settings.get(ReloadSettings.PID_FILE);
    if (path == null) {
      return null;
    }
    PidFile file = new PidFile(path);
    file.write();
    return file;
  }

  /** The command with an option for every setting. */
  static CommandLine commandLine() {
    return withOptions(new Serve());
  }

  static CommandLine withOptions(Serve what) {
    CommandLine command = new CommandLine(what);
    CommandLine.Model.CommandSpec serve = command.getCommandSpec();
    for (Key<?> key : ServerSettings.KEYS) {
      if (key != MountSettings.ROOT) {
        String defaultValue = key.defaultText().isEmpty() ? "none" : key.defaultText();
        CommandLine.Model.OptionSpec.Builder option =
            CommandLine.Model.OptionSpec.builder(names(key))
                .paramLabel(key.form())
                .description(key.description() + " Default: " + defaultValue + ".")
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class);
        if (key.form().startsWith("on|off")) {
          option.arity("0..1").fallbackValue("on");
        }
        serve.addOption(option.build());
      }
    }
    return command;
  }

  private static String[] names(Key<?> key) {
    String name = "--" + key.name();
    return key == ServerSettings.LISTEN ? new String[] {"-l", "-p", name} : new String[] {name};
  }

  PrintWriter output() {
    return spec.commandLine().getOut();
  }

  PrintWriter errors() {
    return spec.commandLine().getErr();
  }

  /** The flags as typed; each option has its setting's name. */
  SettingsLoader.Flags flags() {
    Map<String, List<String>> values = new HashMap<>();
    CommandLine.ParseResult typed = spec.commandLine().getParseResult();
    for (CommandLine.Model.OptionSpec option : typed.matchedOptions()) {
      if (!OWN.contains(option.longestName())) {
        values.put(option.longestName().substring(2), option.originalStringValues());
      }
    }
    if (root != null) {
      values.put(MountSettings.ROOT.name(), List.of(root));
    }
    return new SettingsLoader.Flags(values, config);
  }
}
