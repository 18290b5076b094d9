package dev.millrace.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Runs other programs, and Millrace as another process. */
public final class Programs {
  /** The exit code and the output of a program. */
  public record Result(int exitCode, String out, String err) {}

  private Programs() {}

  /** Runs a program until it ends; kills it and fails after a minute. */
  public static Result run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("millrace-out", ".txt");
    Path err = Files.createTempFile("millrace-err", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().putAll(TestTls.environment());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("still running after a minute: " + command);
      }
      return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  public static Result run(String... command) throws IOException, InterruptedException {
    return run(List.of(command), Map.of());
  }

  /** The command that starts Millrace in a JVM like this one. */
  public static List<String> millrace(String... arguments) {
    return java("dev.millrace.cli.Millrace", arguments);
  }

  /**
   * The command that starts a class's main in a JVM like this one, from an AOT cache as the image
   * and the package do: hundreds of tests start a JVM.
   */
  public static List<String> java(String main, String... arguments) {
    List<String> command = javaCommand();
    command.add(AOT_OPTION + AotCache.FILE);
    command.addAll(QUICK_START);
    command.addAll(List.of("-cp", runtimeClassPath(), main));
    command.addAll(List.of(arguments));
    return command;
  }

  private static List<String> javaCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    return command;
  }

  /** Records the classes that a server loads, once in a test run. */
  private static Path aotCache() {
    try {
      Path cache = Files.createTempFile("millrace", ".aot");
      cache.toFile().deleteOnExit();
      Path folder = Files.createTempDirectory("millrace-aot");
      List<String> command = javaCommand();
      command.addAll(List.of("-XX:+UseSerialGC", "-XX:AOTCacheOutput=" + cache));
      command.addAll(List.of("-cp", runtimeClassPath(), "dev.millrace.cli.Millrace", "serve"));
      command.addAll(List.of("--listen=127.0.0.1:0", "--management=127.0.0.1:0", "--lame-duck=0s"));
      command.addAll(List.of("--state=" + folder.resolve("state"), folder.toString()));
      try (Served training = Served.start(command)) {
        training.process().destroy(); // the JVM writes the cache when it ends
        int code = training.process().waitFor();
        if (Files.size(cache) == 0) {
          throw new AssertionError("no AOT cache, exit code " + code + ": " + training.log());
        }
      }
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
      return cache;
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /**
   * The tests' class path with jars in place of directories, as installed: loading a class from a
   * directory needs a free descriptor.
   */
  private static String runtimeClassPath() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> entries = new ArrayList<>();
    for (String entry : all.split(File.pathSeparator)) {
      entries.add(
          Files.isDirectory(Path.of(entry)) ? JARS.computeIfAbsent(entry, Programs::jar) : entry);
    }
    return String.join(File.pathSeparator, entries);
  }

  /** Copies the program into a folder, as installed: other users may not read the build's jars. */
  public static List<String> installed(Path folder, String... arguments) throws IOException {
    List<String> command = millrace(arguments);
    int classPath = command.indexOf("-cp") + 1;
    List<String> copies = new ArrayList<>();
    for (String jar : command.get(classPath).split(File.pathSeparator)) {
      Path copy = folder.resolve(copies.size() + ".jar");
      if (!Files.exists(copy)) {
        Files.write(copy, Files.readAllBytes(Path.of(jar)));
      }
      copies.add(copy.toString());
    }
    command.set(classPath, String.join(File.pathSeparator, copies));
    command.removeIf(option -> option.startsWith(AOT_OPTION)); // of another class path
    return command;
  }

  /** For processes that live for seconds: the second compiler costs more than it saves. */
  private static final List<String> QUICK_START =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private static final Map<String, String> JARS = new ConcurrentHashMap<>();
  private static final String AOT_OPTION = "-XX:AOTCache=";

  private static final class AotCache {
    static final Path FILE = aotCache();
  }

  private static String jar(String folder) {
    try {
      Path jar = Files.createTempFile("millrace", ".jar");
      jar.toFile().deleteOnExit();
      int code =
          ToolProvider.findFirst("jar")
              .orElseThrow()
              .run(System.out, System.err, "--create", "--file", jar.toString(), "-C", folder, ".");
      if (code != 0) {
        throw new AssertionError("jar ended with " + code);
      }
      return jar.toString();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Millrace in its own process, started and serving. */
  public static final class Served implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final String greeting;

    private Served(Process process, Path log, String greeting) {
      this.process = process;
      this.log = log;
      this.greeting = greeting;
    }

    /** Starts on free ports and waits for the start message; the prefix is a wrapper program. */
    public static Served start(List<String> prefix, String... arguments) throws Exception {
      List<String> command = new ArrayList<>(prefix);
      command.addAll(millrace("serve", "--listen=127.0.0.1:0", "--management=127.0.0.1:0"));
      command.addAll(List.of(arguments));
      return start(command);
    }

    /** Runs a command that starts a server, and waits for the start message. */
    public static Served start(List<String> command) throws Exception {
      Path log = Files.createTempFile("millrace-log", ".txt");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        String text =
            Await.until(
                () -> Files.readString(log),
                so -> !process.isAlive() || (so.contains("management at ") && so.endsWith("\n")));
        if (process.isAlive()) {
          return new Served(process, log, text);
        }
        throw new AssertionError("ended with " + process.exitValue() + ": " + text);
      } catch (AssertionError notUp) {
        process.destroyForcibly();
        throw notUp;
      }
    }

    public Process process() {
      return process;
    }

    /** The kernel's thread IDs of the loop threads. */
    public List<Long> loopThreads() throws IOException {
      List<Long> found = new ArrayList<>();
      try (var threads = Files.list(Path.of("/proc", "" + process.pid(), "task"))) {
        for (Path thread : threads.toList()) {
          if (Files.readString(thread.resolve("comm")).startsWith("millrace-loop")) {
            found.add(Long.parseLong(thread.getFileName().toString()));
          }
        }
      }
      return found;
    }

    public String greeting() {
      return greeting;
    }

    /** The port of the first listening address. */
    public int port() {
      String at = " at http://127.0.0.1:";
      int from = greeting.indexOf(at) + at.length();
      int to = from;
      while (Character.isDigit(greeting.charAt(to))) {
        to++;
      }
      return Integer.parseInt(greeting, from, to, 10);
    }

    /** The URL of the management port. */
    public String management() {
      return greeting.substring(greeting.indexOf("management at ") + 14).strip();
    }

    public String log() throws IOException {
      return Files.readString(log);
    }

    @Override
    public void close() throws IOException {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Files.deleteIfExists(log);
    }
  }
}
