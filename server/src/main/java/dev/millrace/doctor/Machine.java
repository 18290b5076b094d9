package dev.millrace.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads what the kernel and the container report: /proc, /sys and the environment. */
final class Machine {
  private final Path root;
  private final Map<String, String> environment;

  /**
   * @param root directory that contains proc and sys; another directory in tests
   */
  Machine(Path root, Map<String, String> environment) {
    this.root = root;
    this.environment = Map.copyOf(environment);
  }

  /** The first line of a file, stripped; empty if it cannot be read. */
  String line(String file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? "" : lines.getFirst().strip();
  }

  List<String> lines(String file) {
    try {
      return Files.readAllLines(root.resolve(file.substring(1)));
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  String status(String field) {
    return lines("/proc/self/status").stream()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  /** The soft limit in /proc/self/limits; -1 if unlimited or unknown. */
  long softLimit(String name) {
    Optional<String> found =
        lines("/proc/self/limits").stream().filter(line -> line.startsWith(name)).findFirst();
    String soft =
        found.map(line -> line.substring(name.length()).strip().split("\\s+", 2)[0]).orElse("");
    return soft.matches("\\d+") ? Long.parseLong(soft) : -1;
  }

  /** The container runtimes that seem to run this process, comma-separated; empty if none. */
  String container() {
    List<String> signs = new ArrayList<>();
    if (environment.containsKey("KUBERNETES_SERVICE_HOST")) {
      signs.add("kubernetes");
    }
    if (Files.exists(root.resolve(".dockerenv"))) {
      signs.add("docker");
    }
    if (Files.exists(root.resolve("run/.containerenv"))) {
      signs.add("podman");
    }
    String container = environment.getOrDefault("container", "");
    if (!container.isEmpty() && !signs.contains(container)) {
      signs.add(container);
    }
    String groups = String.join("\n", lines("/proc/1/cgroup"));
    for (String runtime : new String[] {"docker", "containerd", "kubepods", "libpod", "lxc"}) {
      if (groups.contains(runtime) && !signs.contains(runtime)) {
        signs.add(runtime);
      }
    }
    return String.join(", ", signs);
  }

  /** The limits of this process's control group (cgroup v2). */
  String controlGroup() {
    String path =
        lines("/proc/self/cgroup").stream()
            .filter(line -> line.startsWith("0::"))
            .map(line -> line.substring(3))
            .findFirst()
            .orElse("");
    List<String> limits = new ArrayList<>();
    for (String name : new String[] {"memory.max", "cpu.max", "pids.max"}) {
      String limit = line("/sys/fs/cgroup" + path + "/" + name);
      if (limit.isEmpty()) {
        limit =
            line(
                "/sys/fs/cgroup/"
                    + name); // the path is relative to the host's root, not the container's
      }
      if (!limit.isEmpty()) {
        limits.add(name + " " + limit);
      }
    }
    if (limits.isEmpty()) {
      return path.isEmpty() ? "no control group (cgroup v2) found" : "no limits, " + path;
    }
    return String.join(", ", limits);
  }

  /** The type of the file system under a directory, from /proc/self/mountinfo. */
  String fileSystem(Path directory) {
    String type = "";
    int longest = -1;
    for (String line : lines("/proc/self/mountinfo")) {
      String[] halves = line.split(" - ", 2);
      String[] fields = halves[0].split(" ", -1);
      if (halves.length < 2 || fields.length < 5) {
        continue;
      }
      Path mount = Path.of(fields[4].replace("\\040", " "));
      if (directory.startsWith(mount) && mount.getNameCount() >= longest) {
        longest = mount.getNameCount(); // a later mount on the same path covers the earlier
        type = halves[1].split(" ", 2)[0];
      }
    }
    return type.toLowerCase(Locale.ROOT);
  }
}
