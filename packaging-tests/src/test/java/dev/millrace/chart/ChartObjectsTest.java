package dev.millrace.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.image.Shell;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is in the objects that the chart makes. */
class ChartObjectsTest {
  static <T extends HasMetadata> List<T> all(String values, Class<T> type) throws Exception {
    KubernetesSerialization serialization = new KubernetesSerialization();
    List<T> found = new ArrayList<>();
    for (Map<String, Object> object : Chart.render(values)) {
      HasMetadata made = serialization.unmarshal(Serialization.asYaml(object), HasMetadata.class);
      if (type.isInstance(made)) {
        found.add(type.cast(made));
      }
    }
    return found;
  }

  static Deployment deployment(String values) throws Exception {
    return all(values, Deployment.class).getFirst();
  }

  static PodSpec pod(String values) throws Exception {
    return deployment(values).getSpec().getTemplate().getSpec();
  }

  static Container container(PodSpec pod, String name) {
    return pod.getContainers().stream()
        .filter(one -> one.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static Volume volume(PodSpec pod, String name) {
    return pod.getVolumes().stream()
        .filter(one -> one.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** What the Pod Security standard "restricted" asks of a pod. */
  private static void assertRestricted(PodSpec pod) {
    assertEquals(true, pod.getSecurityContext().getRunAsNonRoot());
    assertEquals("RuntimeDefault", pod.getSecurityContext().getSeccompProfile().getType());
    assertNull(pod.getHostNetwork());
    List<Container> containers = new ArrayList<>(pod.getContainers());
    containers.addAll(pod.getInitContainers());
    for (Container container : containers) {
      var security = container.getSecurityContext();
      assertEquals(false, security.getAllowPrivilegeEscalation());
      assertEquals(List.of("ALL"), security.getCapabilities().getDrop());
      assertEquals(List.of(), security.getCapabilities().getAdd());
      assertEquals(true, security.getReadOnlyRootFilesystem());
      assertNull(security.getPrivileged());
    }
    for (Volume volume : pod.getVolumes()) {
      assertNull(volume.getHostPath(), volume.getName());
    }
  }

  @Test
  void podsAreRestrictedUnlessAskedOtherwise() throws Exception {
    assertRestricted(pod("{}"));
    assertRestricted(pod("content: {type: gitSync, gitSync: {repository: 'https://a/b'}}"));
    Path defaults = Chart.FOLDER.resolve("ci/default-values.yaml");
    for (Map<String, Object> object : Chart.objects(Chart.Tool.HELM_4.template(defaults))) {
      if (object.get("kind").equals("Pod")) {
        assertRestricted(
            new KubernetesSerialization()
                .unmarshal(Serialization.asYaml(object), Pod.class)
                .getSpec());
      }
    }
    assertEquals(false, pod("{}").getAutomountServiceAccountToken());
  }

  @ParameterizedTest
  @CsvSource({
    "runtimeDefault,RuntimeDefault,",
    "localhost,Localhost,profiles/millrace.json",
    "spo,Localhost,operator/ns-rel-millrace.json",
    "unconfined,Unconfined,"
  })
  void seccompModes(String mode, String type, String profile) throws Exception {
    String others = "extraContainers: [{name: sidecar, image: a}]\n";
    PodSpec pod = pod(others + "seccomp: {mode: " + mode + "}");
    var seccomp = container(pod, "millrace").getSecurityContext().getSeccompProfile();
    assertEquals(type, seccomp.getType());
    assertEquals(profile, seccomp.getLocalhostProfile());
    assertEquals(
        "RuntimeDefault",
        pod.getSecurityContext().getSeccompProfile().getType(),
        "other containers of the pod have no io_uring");
  }

  @Test
  void theOperatorsProfileIsTheShippedOne() throws Exception {
    Map<String, Object> made =
        Chart.render("seccomp: {mode: spo}").stream()
            .filter(object -> "SeccompProfile".equals(object.get("kind")))
            .findFirst()
            .orElseThrow();
    Map<?, ?> spec = (Map<?, ?>) made.get("spec");
    Map<?, ?> shipped = (Map<?, ?>) Chart.load(Shell.TOP.resolve("docker/seccomp/millrace.json"));
    assertEquals(shipped.get("syscalls"), spec.get("syscalls"));
    assertEquals(shipped.get("architectures"), spec.get("architectures"));
    assertEquals("SCMP_ACT_ERRNO", spec.get("defaultAction"));
  }

  @ParameterizedTest
  @CsvSource({
    "docker/seccomp/millrace.json,seccomp.json",
    "docker/prometheus/rules.yml,rules.yml",
    "docker/grafana/millrace.json,dashboard.json"
  })
  void copiesInTheChartAreEqual(String original, String copy) throws Exception {
    assertEquals(
        -1,
        Files.mismatch(Shell.TOP.resolve(original), Chart.FOLDER.resolve("files/" + copy)),
        "cp " + original + " helm/millrace/files/" + copy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: emptyDir}|EmptyDir",
        "{type: existingClaim, existingClaim: {claimName: c}}|PersistentVolumeClaim",
        "{type: persistentVolumeClaim}|PersistentVolumeClaim",
        "{type: configMap}|ConfigMap",
        "{type: image, image: {reference: a/b:1}}|Image",
        "{type: hostPath, hostPath: {path: /srv}}|HostPath",
        "{type: gitSync, gitSync: {repository: r}}|EmptyDir"
      })
  void contentSources(String content, String kind) throws Exception {
    PodSpec pod = pod("content: " + content);
    Volume volume = volume(pod, "content");
    assertTrue(Volume.class.getMethod("get" + kind).invoke(volume) != null, volume.toString());
    var mount =
        pod.getContainers().getFirst().getVolumeMounts().stream()
            .filter(one -> one.getName().equals("content"))
            .findFirst()
            .orElseThrow();
    assertEquals("/srv", mount.getMountPath());
    assertEquals(true, mount.getReadOnly());
  }

  @Test
  void aChangeOfConfigurationOrContentRestartsPodsAndNothingElseDoes() throws Exception {
    String base = checksum("{}");
    assertEquals(base, checksum("replicaCount: 5"));
    assertNotEquals(base, checksum("settings: {listing: on}"));
    assertNotEquals(base, checksum("drainSeconds: 7"));
    assertNotEquals(base, checksum("content: {configMap: {files: {index.html: other}}}"));
  }

  private static String checksum(String values) throws Exception {
    return deployment(values)
        .getSpec()
        .getTemplate()
        .getMetadata()
        .getAnnotations()
        .get("checksum/config");
  }

  @Test
  void aStoppingPodHasTimeForBothItsWaitAndItsDrain() throws Exception {
    PodSpec pod = pod("{preStopSeconds: 15, drainSeconds: 120}");
    assertTrue(pod.getTerminationGracePeriodSeconds() > 15 + 120);
    assertEquals(
        List.of("sleep", "15"),
        pod.getContainers().getFirst().getLifecycle().getPreStop().getExec().getCommand());
    ConfigMap config = all("drainSeconds: 120", ConfigMap.class).getFirst();
    assertTrue(config.getData().get("millrace.yaml").contains("drain: 120s"));
    Deployment deployment = deployment("{}");
    assertEquals(
        0, deployment.getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal());
  }

  @Test
  void probesAskTheManagementPort() throws Exception {
    Container server = pod("{}").getContainers().getFirst();
    assertEquals("/startupz", server.getStartupProbe().getHttpGet().getPath());
    assertEquals("/healthz", server.getLivenessProbe().getHttpGet().getPath());
    assertEquals("/readyz", server.getReadinessProbe().getHttpGet().getPath());
    assertEquals("management", server.getReadinessProbe().getHttpGet().getPort().getStrVal());
  }

  @Test
  void httpsIsServedFromASecretThatIsMountedAsADirectory() throws Exception {
    String values = "tls: {secretName: files-tls, redirectHttp: true}";
    PodSpec pod = pod(values);
    assertEquals("files-tls", volume(pod, "tls").getSecret().getSecretName());
    Container server = pod.getContainers().getFirst();
    var mount =
        server.getVolumeMounts().stream()
            .filter(one -> one.getName().equals("tls"))
            .findFirst()
            .orElseThrow();
    assertEquals("/etc/millrace/tls", mount.getMountPath());
    assertNull(mount.getSubPath());
    String environment = server.getEnv().toString();
    assertTrue(environment.contains("value=0.0.0.0:8443"), environment);
    assertTrue(environment.contains("value=/etc/millrace/tls/tls.crt"), environment);
    assertTrue(environment.contains("value=/etc/millrace/tls/tls.key"), environment);
    assertEquals("management", server.getReadinessProbe().getHttpGet().getPort().getStrVal());
    var ports = all(values, Service.class).getFirst().getSpec().getPorts();
    assertEquals(List.of(80, 443), ports.stream().map(ServicePort::getPort).toList());
    assertEquals("https", ports.get(1).getTargetPort().getStrVal());
    assertTrue(
        server.getPorts().stream()
            .anyMatch(one -> one.getName().equals("https") && one.getContainerPort() == 8443));
    String policy = all(values, NetworkPolicy.class).getFirst().getSpec().getIngress().toString();
    assertTrue(policy.contains("https"), policy);
    ConfigMap config = all(values, ConfigMap.class).getFirst();
    assertTrue(config.getData().get("millrace.yaml").contains("redirect-http: 443"));
    assertRestricted(pod);
    assertFalse(pod("{}").toString().contains("8443"));
    assertEquals(1, all("{}", Service.class).getFirst().getSpec().getPorts().size());
  }

  @Test
  void certManagerIsAskedToFillTheSecret() throws Exception {
    String values =
        "tls: {certManager: {enabled: true, issuerRef: {name: ca, kind: ClusterIssuer},"
            + " dnsNames: [a.test]}}";
    Map<String, Object> made =
        Chart.render(values).stream()
            .filter(object -> "Certificate".equals(object.get("kind")))
            .findFirst()
            .orElseThrow();
    Map<?, ?> spec = (Map<?, ?>) made.get("spec");
    assertEquals(Map.of("name", "ca", "kind", "ClusterIssuer"), spec.get("issuerRef"));
    assertEquals(List.of("a.test"), spec.get("dnsNames"));
    assertEquals(
        volume(pod(values), "tls").getSecret().getSecretName(), spec.get("secretName").toString());
  }

  @Test
  void servicesAndPoliciesSelectThePods() throws Exception {
    Map<String, String> labels = deployment("{}").getSpec().getTemplate().getMetadata().getLabels();
    for (Service service : all("{}", Service.class)) {
      assertTrue(labels.entrySet().containsAll(service.getSpec().getSelector().entrySet()));
    }
    NetworkPolicy policy = all("{}", NetworkPolicy.class).getFirst();
    assertTrue(
        labels
            .entrySet()
            .containsAll(policy.getSpec().getPodSelector().getMatchLabels().entrySet()));
    assertEquals(List.of(), policy.getSpec().getEgress());
    assertEquals(List.of("Ingress", "Egress"), policy.getSpec().getPolicyTypes());
  }

  @Test
  void theAutoscalerOwnsReplicasAndCanGoByQueueDepth() throws Exception {
    String values = "autoscaling: {enabled: true, targetQueueDepth: 64}";
    assertNull(deployment(values).getSpec().getReplicas());
    HorizontalPodAutoscaler hpa = all(values, HorizontalPodAutoscaler.class).getFirst();
    assertEquals("cpu", hpa.getSpec().getMetrics().getFirst().getResource().getName());
    var queue = hpa.getSpec().getMetrics().get(1).getPods();
    assertEquals("millrace_pool_queue_depth", queue.getMetric().getName());
    assertEquals("64", queue.getTarget().getAverageValue().getAmount());
    assertTrue(
        Files.readString(Shell.TOP.resolve("docs/metrics.md"))
            .contains("`" + queue.getMetric().getName() + "`"));
  }

  @Test
  void disruptionsAreBudgetedWhereThereAreTwo() throws Exception {
    assertEquals(1, all("replicaCount: 2", PodDisruptionBudget.class).size());
    assertEquals(0, all("replicaCount: 1", PodDisruptionBudget.class).size());
    assertEquals(2, pod("{}").getTopologySpreadConstraints().size(), "spread over hosts and zones");
  }

  @Test
  void theRulesInTheChartPassPromtool() throws Exception {
    Map<String, Object> rule =
        Chart.render("metrics: {prometheusRule: {enabled: true, labels: {release: p}}}").stream()
            .filter(object -> "PrometheusRule".equals(object.get("kind")))
            .findFirst()
            .orElseThrow();
    Path file = Files.createTempFile("rules", ".yml");
    try {
      Files.writeString(file, Serialization.asYaml(rule.get("spec")));
      String said = Shell.run("promtool", "check", "rules", file.toString()).ok();
      assertTrue(said.contains("SUCCESS: ") && !said.contains("SUCCESS: 0 "), said);
      assertFalse(rule.toString().contains("MillraceWithoutIoUring"), "it is opt-in");
      assertFalse(rule.toString().contains("runbook_url"));
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void alertsCanNameTheirRunbookAndTheMissingRing() throws Exception {
    String text =
        Chart.render(
                "metrics: {prometheusRule: {enabled: true, withoutIoUring: true, runbookUrl:"
                    + " 'https://example.org/runbooks.md'}}")
            .toString();
    assertTrue(text.contains("MillraceWithoutIoUring"));
    assertTrue(text.contains("runbook_url=https://example.org/runbooks.md#millracedown"));
  }

  @Test
  void whatIsScrapedIsTheJobThatRulesGoBy() throws Exception {
    for (Map<String, Object> object :
        Chart.render("metrics: {serviceMonitor: {enabled: true}, podMonitor: {enabled: true}}")) {
      if (object.get("kind").toString().endsWith("Monitor")) {
        assertTrue(object.toString().contains("targetLabel=job, replacement=millrace"));
      }
    }
  }

  @Test
  void extraObjectsAreTemplates() throws Exception {
    List<ConfigMap> maps =
        all(
            "extraDeploy: [{apiVersion: v1, kind: ConfigMap, metadata: {name: '{{ .Release.Name }}-x'}}]",
            ConfigMap.class);
    assertTrue(maps.stream().anyMatch(map -> map.getMetadata().getName().equals("rel-x")));
  }

  @Test
  void gitIsFollowedInPlace() throws Exception {
    Container clone =
        pod("content: {type: gitSync, gitSync: {repository: r}}").getInitContainers().getFirst();
    assertEquals(List.of("sh", "-c"), clone.getCommand());
    // The script itself, run here as the container would, but for its folder.
    Path work = Files.createTempDirectory("git");
    Path origin = work.resolve("origin");
    Path srv = Files.createDirectory(work.resolve("srv"));
    Shell.run(
            "sh",
            "-c",
            "git init -q -b main "
                + origin
                + " && cd "
                + origin
                + " && echo one >f && git add f && git -c user.name=a -c user.email=a@b commit -qm a")
        .ok();
    String script = clone.getArgs().getFirst().replace("/srv", srv.toString());
    Map<String, String> environment =
        Map.of("REPOSITORY", "file://" + origin, "REF", "main", "INTERVAL", "1");
    Shell.run(60, environment, List.of("sh", "-c", script)).ok();
    assertEquals("one\n", Files.readString(srv.resolve("content/f")));

    Container sync =
        pod("content: {type: gitSync, gitSync: {repository: r}}").getContainers().get(1);
    String loop = sync.getArgs().getFirst().replace("/srv", srv.toString());
    Process process = start(loop, environment);
    try {
      Shell.run(
              "sh",
              "-c",
              "cd "
                  + origin
                  + " && echo two >f && git -c user.name=a -c user.email=a@b commit -qam b")
          .ok();
      long deadline = System.nanoTime() + 30_000_000_000L;
      while (!contentOrNone(srv.resolve("content/f")).equals("two\n")) {
        assertFalse(System.nanoTime() > deadline, "not followed");
        Thread.sleep(100);
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      Shell.run("rm", "-r", work.toString()).ok();
    }
  }

  /** In between git has removed the old file and not yet written the new one. */
  private static String contentOrNone(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException replacing) {
      return "";
    }
  }

  private static Process start(String script, Map<String, String> environment) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).inheritIO();
    builder.environment().putAll(environment);
    return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }
}
