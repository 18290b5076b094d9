package dev.millrace.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.image.Shell;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetSpec;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What an operator relies on: updates, volumes, starts, networks, confinement. */
class ChartOperationsTest {
  @Test
  void aProfileOfTheUserIsKept() throws Exception {
    PodSpec pod =
        ChartObjectsTest.pod(
            "podSecurityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}\n"
                + "securityContext: {seccompProfile: {type: Unconfined}}");
    assertEquals("a.json", pod.getSecurityContext().getSeccompProfile().getLocalhostProfile());
    assertEquals(
        "Unconfined",
        ChartObjectsTest.container(pod, "millrace")
            .getSecurityContext()
            .getSeccompProfile()
            .getType());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|RollingUpdate",
        "content: {type: persistentVolumeClaim}|RollingUpdate",
        "content: {type: existingClaim, existingClaim: {claimName: c}}|RollingUpdate",
        "{replicaCount: 1, state: {type: existingClaim, claimName: c}}|Recreate",
        "{replicaCount: 1, content: {type: persistentVolumeClaim, persistentVolumeClaim:"
            + " {accessModes: [ReadWriteOnce]}}}|Recreate",
        "{replicaCount: 1, content: {type: persistentVolumeClaim, persistentVolumeClaim:"
            + " {accessModes: [ReadWriteOncePod]}}}|Recreate",
        "{replicaCount: 1, content: {type: persistentVolumeClaim, persistentVolumeClaim:"
            + " {accessModes: [ReadOnlyMany]}}}|RollingUpdate",
        "{strategy: {type: Recreate}}|Recreate"
      })
  void anUpdateThatAVolumeWouldBlockRecreatesThePod(String values, String strategy)
      throws Exception {
    assertEquals(strategy, ChartObjectsTest.deployment(values).getSpec().getStrategy().getType());
  }

  @Test
  void claimsOfContentAreReadOnlyUnlessAContainerWrites() throws Exception {
    String claim = "type: existingClaim, existingClaim: {claimName: c}";
    assertEquals(true, contentOf("content: {" + claim + "}").getReadOnly());
    assertEquals(false, contentOf("content: {readOnly: false, " + claim + "}").getReadOnly());
    assertEquals(true, contentOf("content: {type: persistentVolumeClaim}").getReadOnly());
  }

  @Test
  void theServerCanWriteOnlyIfARuleLetsRequestsWrite() throws Exception {
    String claim = "content: {type: persistentVolumeClaim, readOnly: false}";
    String rule = "settings: {write: [{path: /in, anyone: 'on'}]}";
    assertEquals(true, contentMount(claim).getReadOnly());
    assertEquals(false, contentMount(rule + "\n" + claim).getReadOnly());
  }

  private static VolumeMount contentMount(String values) throws Exception {
    return ChartObjectsTest.container(ChartObjectsTest.pod(values), "millrace")
        .getVolumeMounts()
        .stream()
        .filter(mount -> mount.getName().equals("content"))
        .findFirst()
        .orElseThrow();
  }

  private static PersistentVolumeClaimVolumeSource contentOf(String values) throws Exception {
    return ChartObjectsTest.volume(ChartObjectsTest.pod(values), "content")
        .getPersistentVolumeClaim();
  }

  @ParameterizedTest
  @CsvSource({"off,60", "4s,68", "1m,180", "500ms,62"})
  void theStartupProbeWaitsForTheWarmUp(String warmUp, int threshold) throws Exception {
    Container server =
        ChartObjectsTest.container(
            ChartObjectsTest.pod("settings: {warm-up: '" + warmUp + "'}"), "millrace");
    assertEquals(threshold, server.getStartupProbe().getFailureThreshold());
    Container own =
        ChartObjectsTest.container(
            ChartObjectsTest.pod("startupProbe: {failureThreshold: 7}"), "millrace");
    assertEquals(7, own.getStartupProbe().getFailureThreshold());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "IPv4|0.0.0.0:8080|0.0.0.0:9090|SingleStack",
        "IPv6|[::]:8080|[::]:9090|SingleStack",
        "IPv4, IPv6|0.0.0.0:8080,[::]:8080|0.0.0.0:9090|PreferDualStack",
        "IPv6, IPv4|[::]:8080,0.0.0.0:8080|[::]:9090|PreferDualStack"
      })
  void podsListenOnTheFamiliesOfTheService(
      String families, String listen, String management, String policy) throws Exception {
    String values = "ipFamilies: [" + families + "]";
    Container server = ChartObjectsTest.container(ChartObjectsTest.pod(values), "millrace");
    assertEquals(listen, variable(server, "MILLRACE_LISTEN"));
    assertEquals(management, variable(server, "MILLRACE_MANAGEMENT"));
    Service service = ChartObjectsTest.all(values, Service.class).getFirst();
    assertEquals(policy, service.getSpec().getIpFamilyPolicy());
    assertEquals(List.of(families.split(", ")), service.getSpec().getIpFamilies());
  }

  @Test
  void onTheNetworkOfTheNodeTheManagementPortIsClosedToOthers() throws Exception {
    PodSpec pod = ChartObjectsTest.pod("hostNetwork: true");
    Container server = ChartObjectsTest.container(pod, "millrace");
    assertEquals("ClusterFirstWithHostNet", pod.getDnsPolicy());
    assertEquals("127.0.0.1:9090", variable(server, "MILLRACE_MANAGEMENT"));
    assertEquals("127.0.0.1", server.getReadinessProbe().getHttpGet().getHost());
  }

  private static String variable(Container container, String name) {
    return container.getEnv().stream()
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  @Test
  void aRegistryForAllImagesTakesThePlaceOfTheirs() throws Exception {
    String git = "content: {type: gitSync, gitSync: {repository: 'https://a.test/b.git'}}\n";
    String own = "image: {repository: 'registry.test:5000/files/millrace', tag: '1'}\n";
    PodSpec pod =
        ChartObjectsTest.pod(git + own + "global: {imageRegistry: 'mirror.test:5000/cache'}");
    assertEquals(
        "mirror.test:5000/cache/files/millrace:1",
        ChartObjectsTest.container(pod, "millrace").getImage());
    assertEquals(
        "mirror.test:5000/cache/alpine/git:v2.49.1",
        ChartObjectsTest.container(pod, "git-sync").getImage());
    String digest = "sha256:" + "a".repeat(64);
    assertEquals(
        "mirror.test/millrace@" + digest,
        ChartObjectsTest.container(
                ChartObjectsTest.pod(
                    "image: {repository: millrace, digest: '"
                        + digest
                        + "'}\n"
                        + "global: {imageRegistry: mirror.test, other: of a parent chart}"),
                "millrace")
            .getImage());
    assertEquals(
        "registry.test:5000/files/millrace:1",
        ChartObjectsTest.container(ChartObjectsTest.pod(own), "millrace").getImage());
  }

  @Test
  void everyObjectHasTheCommonAnnotationsAndItsOwnWin() throws Exception {
    String owner = "commonAnnotations: {example.org/owner: files";
    String everything = Files.readString(Chart.FOLDER.resolve("ci/everything-values.yaml"));
    List<HasMetadata> objects =
        new ArrayList<>(
            ChartObjectsTest.all(
                everything.replace(owner, owner + ", grafana_folder: other"), HasMetadata.class));
    // Not the chart's: the objects of extraDeploy, and the pod of helm test, which is a hook.
    objects.removeIf(each -> each.getMetadata().getName().matches(".*-(extra|text|test)"));
    assertTrue(objects.size() > 12, objects.size() + " objects");
    for (HasMetadata each : objects) {
      String name = each.getKind() + " " + each.getMetadata().getName();
      Map<String, String> annotations = each.getMetadata().getAnnotations();
      assertEquals("files", annotations.get("example.org/owner"), name);
      boolean dashboard = each.getMetadata().getName().endsWith("-dashboard");
      assertEquals(dashboard ? "Millrace" : "other", annotations.get("grafana_folder"), name);
    }
    assertEquals(
        Map.of("helm.sh/resource-policy", "keep", "a", "b"),
        ChartObjectsTest.all(
                "content: {type: persistentVolumeClaim}\ncommonAnnotations: {a: b}",
                PersistentVolumeClaim.class)
            .getFirst()
            .getMetadata()
            .getAnnotations());
  }

  @Test
  void aPodCanBeLookedAtWithoutTheServer() throws Exception {
    Container server =
        ChartObjectsTest.container(ChartObjectsTest.pod("diagnosticMode: true"), "millrace");
    assertEquals(List.of("sleep", "infinity"), server.getCommand());
    assertEquals(List.of(), server.getArgs());
    assertNull(server.getStartupProbe());
    assertNull(server.getLivenessProbe());
    assertNull(server.getReadinessProbe());
  }

  @Test
  void podsHaveTheUsersNamesAndHooks() throws Exception {
    PodSpec pod =
        ChartObjectsTest.pod(
            "dnsConfig: {nameservers: [10.0.0.10], options: [{name: ndots, value: '1'}]}\n"
                + "hostAliases: [{ip: 10.1.2.3, hostnames: [auth.test]}]\n"
                + "lifecycle: {postStart: {exec: {command: ['true']}}}");
    assertEquals(List.of("10.0.0.10"), pod.getDnsConfig().getNameservers());
    assertEquals("ndots", pod.getDnsConfig().getOptions().getFirst().getName());
    assertEquals(List.of("auth.test"), pod.getHostAliases().getFirst().getHostnames());
    Container server = ChartObjectsTest.container(pod, "millrace");
    assertEquals(List.of("true"), server.getLifecycle().getPostStart().getExec().getCommand());
    assertNull(server.getLifecycle().getPreStop());
  }

  @ParameterizedTest
  @CsvSource({"minAvailable: 2,2,", "minAvailable: 0,0,", "minAvailable: 50%,50%,", "{},,1"})
  void aBudgetIsOfPodsThatStayOrPodsThatGo(String values, String available, String gone)
      throws Exception {
    PodDisruptionBudgetSpec budget =
        ChartObjectsTest.all(
                values.equals("{}") ? values : "podDisruptionBudget: {" + values + "}",
                PodDisruptionBudget.class)
            .getFirst()
            .getSpec();
    assertEquals(available, text(budget.getMinAvailable()));
    assertEquals(gone, text(budget.getMaxUnavailable()));
  }

  private static String text(IntOrString value) {
    return value == null ? null : String.valueOf(value.getValue());
  }

  @Test
  void aRouteHasTimeoutsAndMoreRules() throws Exception {
    HTTPRoute route =
        ChartObjectsTest.all(
                "httpRoute: {enabled: true, parentRefs: [{name: g}], timeouts: {request: 0s},"
                    + " extraRules: [{matches: [{path: {type: Exact, value: /a}}], backendRefs:"
                    + " [{name: other, port: 80}]}]}",
                HTTPRoute.class)
            .getFirst();
    assertEquals(2, route.getSpec().getRules().size());
    assertEquals(
        "other", route.getSpec().getRules().getFirst().getBackendRefs().getFirst().getName());
    assertEquals("0s", route.getSpec().getRules().getLast().getTimeouts().getRequest());
  }

  @Test
  void theAutoscalerCanGoByTheBusiestLoopAndByMetricsOfTheUser() throws Exception {
    String none = "targetCPUUtilizationPercentage: null";
    List<MetricSpec> metrics =
        ChartObjectsTest.all(
                "autoscaling: {enabled: true, "
                    + none
                    + ", targetLoopBusyPercentage: 70,"
                    + " customMetrics: [{type: External, external: {metric: {name: m}, target:"
                    + " {type: Value, value: '5'}}}]}",
                HorizontalPodAutoscaler.class)
            .getFirst()
            .getSpec()
            .getMetrics();
    assertEquals(2, metrics.size());
    assertEquals("millrace_loop_busy_ratio", metrics.get(0).getPods().getMetric().getName());
    Quantity target = metrics.get(0).getPods().getTarget().getAverageValue();
    assertEquals("700m", target.getAmount() + target.getFormat());
    assertEquals("m", metrics.get(1).getExternal().getMetric().getName());
    String readme = Files.readString(Chart.FOLDER.resolve("README.md"));
    assertTrue(readme.contains("{as: millrace_loop_busy_ratio}"), "the adapter's rule");
    assertTrue(
        Files.readString(Shell.TOP.resolve("docs/metrics.md"))
            .contains("`millrace_loop_busy_seconds_total`"));
  }

  @Test
  void aChangedSecretOfCredentialsIsLoaded() throws Exception {
    assertEquals("10s", watched("credentialsSecret: htpasswd"));
    assertEquals("1m", watched("{credentialsSecret: htpasswd, settings: {watch-config: 1m}}"));
    assertEquals("null", watched("{}"));
  }

  private static String watched(String values) throws Exception {
    String text =
        ChartObjectsTest.all(values, ConfigMap.class).getFirst().getData().get("millrace.yaml");
    Map<?, ?> settings = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
    return String.valueOf(settings.get("watch-config"));
  }
}
