package dev.millrace.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.chart.Chart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/** The rendered Deployment, run by podman, which has no API server but reads the same objects. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KubePlayTest {
  /** Objects that podman has a meaning for. */
  private static final Set<String> PLAYED = Set.of("Deployment", "ConfigMap");

  @TempDir Path work;

  @BeforeAll
  @Timeout(value = 50, unit = TimeUnit.MINUTES)
  static void build() throws Exception {
    Containers.build();
  }

  /**
   * The chart's objects for one replica of the image that was just built, on this machine's
   * network.
   */
  private Path play(String more, int port, int management) throws Exception {
    StringBuilder yaml = new StringBuilder();
    Dump dump = new Dump(DumpSettings.builder().build());
    List<Map<String, Object>> objects =
        Chart.render(
            """
            replicaCount: 1
            hostNetwork: true
            image: {repository: localhost/millrace, tag: test, pullPolicy: Never}
            extraEnv:
              - {name: MILLRACE_LISTEN, value: "127.0.0.1:%d"}
              - {name: MILLRACE_MANAGEMENT, value: "127.0.0.1:%d"}
            %s
            """
                .formatted(port, management, more));
    for (Map<String, Object> object : objects) {
      if (PLAYED.contains(object.get("kind"))) {
        if (object.get("kind").equals("Deployment")) {
          withoutWhatNeedsMore(object);
        }
        yaml.append("---\n").append(dump.dumpToString(object));
      }
    }
    return Files.writeString(work.resolve("play.yaml"), yaml);
  }

  /**
   * podman publishes every port, which it cannot on the host's network, and has probes asked by
   * timers of systemd, which does not run here.
   */
  private static void withoutWhatNeedsMore(Map<String, Object> deployment) {
    Map<?, ?> spec = (Map<?, ?>) deployment.get("spec");
    Map<?, ?> pod = (Map<?, ?>) ((Map<?, ?>) spec.get("template")).get("spec");
    Map<?, ?> server = (Map<?, ?>) ((List<?>) pod.get("containers")).getFirst();
    for (String key : List.of("ports", "startupProbe", "livenessProbe", "readinessProbe")) {
      assertTrue(server.remove(key) != null, key);
    }
  }

  private static String log(String name) throws Exception {
    Shell.Result logs = Containers.podman("logs", name);
    return logs.out() + logs.err();
  }

  private void serves(String more, String over, String... options) throws Exception {
    int port = Containers.freePort();
    int management = Containers.freePort();
    Path yaml = play(more, port, management);
    // podman looks for a folder of the image's name, to build it from, where it is started.
    List<String> command = new ArrayList<>(List.of("env", "-C", work.toString(), "podman"));
    command.addAll(List.of("--runtime", "runc", "kube", "play", "--network=host", "--quiet"));
    command.addAll(List.of(options));
    command.add(yaml.toString());
    Shell.Result played = Containers.run(120, command.toArray(String[]::new));
    try {
      String container = "rel-millrace-pod-0-millrace";
      assertEquals(0, played.exitCode(), played + log(container));
      Containers.awaitReady(management, container);
      assertTrue(Containers.get(port, "/index.html").body().contains("<title>Millrace</title>"));
      assertTrue(Containers.get(port, "/").body().contains("<title>Millrace</title>"));
      assertEquals(404, Containers.get(port, "/none").statusCode());
      assertTrue(log(container).contains(over), log(container));
    } finally {
      Containers.podman("kube", "down", yaml.toString());
      Containers.podman(
          "volume", "rm", "-f", "rel-millrace", "rel-millrace-content", "state", "tmp");
    }
  }

  @Test
  void theDefaultDeploymentServesOnNioWhereIoUringIsRefused() throws Exception {
    serves("", " over NIO, because io_uring_setup: ");
  }

  @Test
  void withTheShippedProfileItServesOnIoUring() throws Exception {
    // podman 4 reads the annotation that Kubernetes had before the field, and no folders in it.
    serves(
        """
        seccomp: {mode: localhost, localhostProfile: millrace.json}
        podAnnotations:
          seccomp.security.alpha.kubernetes.io/pod: localhost/millrace.json
        """,
        " over io_uring (",
        "--seccomp-profile-root=" + Containers.PROFILE.getParent());
  }
}
