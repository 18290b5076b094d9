package dev.millrace.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Images and containers in a store of their own under target/, without an engine running: buildah
 * builds the shipped Dockerfile on a Debian that debootstrap made, podman and runc run it.
 */
final class Containers {
  static final String BASE = "localhost/millrace-test-base:1";
  static final String BUILD = "localhost/millrace-test-build:1";
  static final String IMAGE = "localhost/millrace:test";
  static final Path PROFILE = Shell.TOP.resolve("docker/seccomp/millrace.json");

  private static final Path WORK = Path.of("target", "containers").toAbsolutePath();
  private static boolean ready;

  private Containers() {}

  private static Map<String, String> environment() {
    return Map.of(
        "CONTAINERS_STORAGE_CONF", WORK.resolve("storage.conf").toString(),
        "CONTAINERS_CONF", WORK.resolve("containers.conf").toString());
  }

  static Shell.Result run(int timeoutSeconds, String... command) throws Exception {
    return Shell.run(timeoutSeconds, environment(), List.of(command));
  }

  static Shell.Result podman(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("podman", "--runtime", "runc"));
    command.addAll(List.of(arguments));
    return Shell.run(180, environment(), command);
  }

  /** No bridge can be had in a sandbox, nor a timer for health checks. */
  private static final List<String> PLAIN = List.of("--no-healthcheck", "--network=host");

  /** Runs a container to its end; options, image, command. */
  static Shell.Result once(String... arguments) throws Exception {
    List<String> run = new ArrayList<>(List.of("run", "--rm"));
    run.addAll(PLAIN);
    run.addAll(List.of(arguments));
    return podman(run.toArray(String[]::new));
  }

  /**
   * Builds the image, once; some minutes. {@code MILLRACE_IMAGE=keep} takes that of the last run.
   */
  static synchronized void build() throws Exception {
    if (ready) {
      return;
    }
    Files.createDirectories(WORK);
    Files.writeString(
        WORK.resolve("storage.conf"),
        "[storage]\ndriver = \"vfs\"\nrunroot = \"%s/run\"\ngraphroot = \"%s/graph\"\n"
            .formatted(WORK, WORK));
    Files.writeString(
        WORK.resolve("containers.conf"),
        """
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        [containers]
        # podman's own limits are more than a sandbox may set
        default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]
        """);
    if (podman("image", "exists", BASE).exitCode() != 0) {
      Path rootfs = WORK.resolve("rootfs");
      Path tar = WORK.resolve("rootfs.tar");
      run(600, "debootstrap", "--variant=minbase", "bookworm", rootfs.toString()).ok();
      run(120, "tar", "-C", rootfs.toString(), "-cf", tar.toString(), ".").ok();
      podman("import", tar.toString(), BASE).ok();
      run(120, "rm", "-r", rootfs.toString(), tar.toString()).ok();
    }
    if (podman("image", "exists", BUILD).exitCode() != 0) {
      makeBuildImage();
    }
    boolean keep = "keep".equals(System.getenv("MILLRACE_IMAGE"));
    if (!keep || podman("image", "exists", IMAGE).exitCode() != 0) {
      run(2400, buildCommand().toArray(String[]::new)).ok();
    }
    ready = true;
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"));
  }

  private static Path maven() throws Exception {
    Path mvn = Path.of(Shell.run("sh", "-c", "command -v mvn").ok().strip()).toRealPath();
    return mvn.getParent().getParent();
  }

  /** This machine's JDK and Maven stand in for those of the build image's registry. */
  private static void makeBuildImage() throws Exception {
    String container = run(120, "buildah", "from", "--pull-never", BASE).ok().strip();
    String path = java() + "/bin:" + maven() + "/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    run(60, "buildah", "config", "--env", "JAVA_HOME=" + java(), "--env", "PATH=" + path, container)
        .ok();
    run(300, "buildah", "commit", "--rm", "-q", container, BUILD).ok();
  }

  private static List<String> buildCommand() throws Exception {
    List<String> command = new ArrayList<>(List.of("buildah", "build", "--isolation", "chroot"));
    command.addAll(List.of("--pull-never", "--format", "docker", "--layers"));
    Path repository = Path.of(System.getProperty("user.home"), ".m2");
    for (Path shared :
        List.of(
            java(),
            maven(),
            Path.of("/usr/share/java"),
            Path.of("/etc/maven"),
            Path.of("/etc/ssl"))) {
      if (Files.exists(shared)) {
        command.addAll(List.of("-v", shared + ":" + shared + ":ro"));
      }
    }
    command.addAll(List.of("-v", repository + ":/root/.m2"));
    command.addAll(List.of("--build-arg", "BUILD_IMAGE=" + BUILD));
    command.addAll(List.of("--build-arg", "BASE_IMAGE=" + BASE));
    command.addAll(List.of("-t", IMAGE, "-f", "docker/Dockerfile", "."));
    return command;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** A port's page, or null while nobody answers. */
  static HttpResponse<String> get(int port, String path, String... fields) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (fields.length > 0) {
      request.headers(fields);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  static void awaitReady(int management, String name) throws Exception {
    for (int tries = 0; tries < 300; tries++) {
      try {
        if (get(management, "/readyz").statusCode() == 200) {
          return;
        }
      } catch (IOException notYet) {
        // asked again
      }
      Thread.sleep(100);
    }
    throw new AssertionError(name + " is not ready:\n" + podman("logs", name));
  }

  /** A running container of the image. */
  static final class Running implements AutoCloseable {
    private static int count;

    final String name = "millrace-test-" + ProcessHandle.current().pid() + "-" + ++count;
    final int port = freePort();
    final int management = freePort();

    /**
     * @param content mounted read-only at /srv
     * @param options podman's
     */
    Running(Path content, String... options) throws Exception {
      List<String> run = new ArrayList<>(List.of("run", "-d", "--name", name));
      run.addAll(PLAIN);
      run.addAll(List.of("-e", "MILLRACE_LISTEN=127.0.0.1:" + port));
      run.addAll(List.of("-e", "MILLRACE_MANAGEMENT=127.0.0.1:" + management));
      run.addAll(List.of("-v", content + ":/srv:ro"));
      run.addAll(List.of(options));
      run.add(IMAGE);
      try {
        podman(run.toArray(String[]::new)).ok();
        awaitReady(management, name);
      } catch (AssertionError failed) {
        close();
        throw failed;
      }
    }

    String log() throws Exception {
      Shell.Result logs = podman("logs", name);
      return logs.out() + logs.err();
    }

    long pid() throws Exception {
      return Long.parseLong(podman("inspect", "--format", "{{.State.Pid}}", name).ok().strip());
    }

    /** A line of /proc/PID/status. */
    String status(String key) throws Exception {
      return Files.readString(Path.of("/proc/" + pid() + "/status"), UTF_8)
          .lines()
          .filter(line -> line.startsWith(key + ":"))
          .findFirst()
          .orElseThrow()
          .substring(key.length() + 1)
          .strip();
    }

    /** Sends SIGTERM to the server alone. */
    void terminate() throws Exception {
      Shell.run("kill", "-TERM", String.valueOf(pid())).ok();
    }

    int awaitExit() throws Exception {
      return Integer.parseInt(podman("wait", name).ok().strip());
    }

    @Override
    public void close() throws IOException {
      try {
        var _ = podman("rm", "-f", "-t", "5", name);
      } catch (IOException failed) {
        throw failed;
      } catch (Exception failed) {
        throw new IOException("podman rm", failed);
      }
    }
  }
}
