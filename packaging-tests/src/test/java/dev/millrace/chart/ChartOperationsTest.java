package dev.millrace.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
