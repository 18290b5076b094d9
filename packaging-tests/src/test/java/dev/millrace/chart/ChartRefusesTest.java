package dev.millrace.chart;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.chart.Chart.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong values are refused before anything is installed, with words that name them. */
class ChartRefusesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replicaCount: two|replicaCount|integer",
        "replicaCount: -1|replicaCount|0",
        "replicaCounts: 2|replicaCounts|not allowed",
        "image: {repo: x}|repo|not allowed",
        "image: {digest: latest}|digest|sha256",
        "transport: epoll|transport|'uring'",
        "content: {type: s3}|type|'gitSync'",
        "content: {subPath: ../etc}|subPath|not",
        "seccomp: {mode: default}|mode|'runtimeDefault'",
        "seccomp: {localhostProfile: /abs.json}|localhostProfile|pattern",
        "service: {port: 70000}|port|65",
        "settings: {lisen: x}|lisen|not allowed",
        "settings: {listen: '0.0.0.0:1'}|listen|not allowed",
        "settings: {tls-listen: '0.0.0.0:1'}|tls-listen|not allowed",
        "settings: {certificates: []}|certificates|not allowed",
        "settings: {acme: a.test}|acme|not allowed",
        "tls: {redirectHttp: yes please}|redirectHttp|boolean",
        "tls: {certManager: {issuerRef: {nam: a}}}|nam|not allowed",
        "settings: {loops: 0}|loops|1",
        "resources: {limit: {}}|limit|not allowed",
        "state: {size: big}|size|pattern",
        "drainSeconds: 0|drainSeconds|1",
        "ipFamilies: []|ipFamilies|1",
        "global: {imageRegistry: mirror.test/}|imageRegistry|pattern",
        "hostAliases: [{ip: 10.0.0.1}]|hostnames|missing",
        "podDisruptionBudget: {minAvailable: -1}|minAvailable|0",
        "httpRoute: {timeouts: {request: soon}}|request|pattern",
        "diagnosticMode: 1|diagnosticMode|boolean",
        "autoscaling: {targetLoopBusyPercentage: 101}|targetLoopBusyPercentage|100",
        "accessLog: off|accessLog|string",
        "ipFamilies: [IPv5]|ipFamilies|'IPv6'",
        "service: {sessionAffinity: Cookie}|sessionAffinity|'ClientIP'",
        "ingress: {hosts: [{host: a}]}|paths|missing"
      })
  void bySchema(String values, String name, String why) throws Exception {
    for (Tool tool : Tool.values()) {
      String message = Chart.refusal(tool, values);
      assertTrue(message.contains(name), tool + ": " + message);
      assertTrue(message.contains("schema"), tool + ": " + message);
      if (tool == Tool.HELM_4) {
        assertTrue(message.contains(why), tool + ": " + message);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "settings: {write: [{path: /in, anyone: 'on'}]}|settings.write needs a claim of content",
        "settings: null|settings must be a map of Millrace's settings",
        "service: {nodePort: 30080}|service.nodePort and service.httpsNodePort need service.type",
        "service: {httpsNodePort: 30443}|service.nodePort and service.httpsNodePort need",
        "image: {repository: ''}|image.repository must name the image of the server",
        "content: {type: persistentVolumeClaim, persistentVolumeClaim: {accessModes: [ReadWriteOnce]}}"
            + "|content.persistentVolumeClaim.accessModes is for one pod",
        "content: {type: persistentVolumeClaim, persistentVolumeClaim: {accessModes:"
            + " [ReadWriteOncePod]}}|content.persistentVolumeClaim.accessModes is for one pod",
        "{autoscaling: {enabled: true}, replicaCount: 1, state: {type: existingClaim, claimName: c}}"
            + "|state.claimName is for one pod",
        "{strategy: {type: RollingUpdate}, replicaCount: 1, state: {type: existingClaim, claimName:"
            + " c}}|strategy RollingUpdate with a surge never ends",
        "content: {type: existingClaim}|content.existingClaim.claimName must name the claim",
        "content: {type: image}|content.image.reference must name the image",
        "content: {type: hostPath}|content.hostPath.path must name the folder",
        "content: {type: gitSync}|content.gitSync.repository must name the repository",
        "state: {type: existingClaim, claimName: c}|state.claimName is for one pod",
        "autoscaling: {enabled: true, minReplicas: 5, maxReplicas: 3}|less than autoscaling.minReplicas",
        "autoscaling: {enabled: true, targetCPUUtilizationPercentage: null}|autoscaling needs",
        "tls: {redirectHttp: true}|tls.redirectHttp needs HTTPS",
        "tls: {certManager: {enabled: true, dnsNames: [a]}}|issuerRef.name must name an issuer",
        "tls: {certManager: {enabled: true, issuerRef: {name: a}}}|dnsNames must list the names",
        "httpRoute: {enabled: true}|httpRoute.parentRefs must name a Gateway"
      })
  void byWhatCannotBeMeant(String values, String why) throws Exception {
    for (Tool tool : Tool.values()) {
      String message = Chart.refusal(tool, values);
      assertTrue(message.contains(why), tool + ": " + message);
    }
  }

  @Test
  void whatIsRightIsTaken() throws Exception {
    assertTrue(Chart.render("replicaCount: 0").size() > 5);
  }
}
