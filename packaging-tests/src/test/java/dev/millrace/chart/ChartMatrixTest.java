package dev.millrace.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.chart.Chart.Tool;
import dev.millrace.image.Shell;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file of values, linted and rendered by both Helms and checked against two sets of models.
 */
class ChartMatrixTest {
  /**
   * Objects of operators that fabric8's models do not have; those of npm know all but the first
   * two.
   */
  private static final Set<String> FOREIGN =
      Set.of("SeccompProfile", "Certificate", "ServiceMonitor", "PodMonitor", "PrometheusRule");

  static Stream<Arguments> cases() throws Exception {
    return Chart.valuesFiles().stream()
        .flatMap(values -> Stream.of(Tool.values()).map(tool -> Arguments.of(tool, values)));
  }

  static List<Path> valuesFiles() throws Exception {
    return Chart.valuesFiles();
  }

  @Test
  void theMatrixHasEveryChoice() throws Exception {
    StringBuilder all = new StringBuilder();
    for (Path values : Chart.valuesFiles()) {
      all.append(Tool.HELM_4.template(values));
    }
    for (String kind :
        List.of(
            "Deployment",
            "Service",
            "ConfigMap",
            "ServiceAccount",
            "Ingress",
            "HTTPRoute",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "HorizontalPodAutoscaler",
            "ServiceMonitor",
            "PodMonitor",
            "PrometheusRule",
            "PersistentVolumeClaim",
            "SeccompProfile",
            "Certificate",
            "DaemonSet",
            "Pod")) {
      assertTrue(all.toString().contains("\nkind: " + kind + "\n"), kind);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void itLintsAndRenders(Tool tool, Path values) throws Exception {
    String messages = tool.lint(values);
    assertFalse(messages.contains("[WARNING]") || messages.contains("[ERROR]"), messages);
    assertTrue(Chart.objects(tool.template(values)).size() > 5);
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void bothRenderTheSame(Path values) throws Exception {
    assertEquals(
        sorted(Chart.objects(Tool.HELM_3.template(values))),
        sorted(Chart.objects(Tool.HELM_4.template(values))));
  }

  private static List<String> sorted(List<Map<String, Object>> objects) {
    return objects.stream()
        .map(Object::toString)
        .filter(object -> !object.contains("helm.sh/hook="))
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void fabric8KnowsEveryFieldAndType(Path values) throws Exception {
    KubernetesSerialization serialization = new KubernetesSerialization();
    List<String> wrong = new ArrayList<>();
    for (Map<String, Object> object : Chart.objects(Tool.HELM_4.template(values))) {
      HasMetadata made = serialization.unmarshal(Serialization.asYaml(object), HasMetadata.class);
      if (made instanceof GenericKubernetesResource generic) {
        if (!FOREIGN.contains(generic.getKind())) {
          wrong.add(generic.getKind() + " has no model");
        }
      } else {
        unknown(made, made.getKind(), wrong);
      }
    }
    assertEquals(List.of(), wrong);
  }

  /** Fields that a model has no place for end in its additional properties. */
  private static void unknown(Object value, String path, List<String> wrong) throws Exception {
    if (value instanceof Collection<?> many) {
      int at = 0;
      for (Object one : many) {
        unknown(one, path + "[" + at++ + "]", wrong);
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        unknown(entry.getValue(), path + "." + entry.getKey(), wrong);
      }
    } else if (value != null && value.getClass().getName().startsWith("io.fabric8.")) {
      for (Method getter : value.getClass().getMethods()) {
        if (getter.getName().equals("getAdditionalProperties")) {
          Map<?, ?> rest = (Map<?, ?>) getter.invoke(value);
          new TreeSet<>(rest.keySet()).forEach(name -> wrong.add(path + "." + name));
        } else if (getter.getName().startsWith("get")
            && getter.getParameterCount() == 0
            && getter.getDeclaringClass() != Object.class
            && !getter.getName().equals("getDeclaringClass")) {
          unknown(getter.invoke(value), path + "." + getter.getName().substring(3), wrong);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void theModelsOfNpmFindNothingWrong(Path values) throws Exception {
    String said = validate(Tool.HELM_4.template(values));
    assertEquals(
        List.of(),
        said.lines()
            .filter(line -> !line.startsWith("checked: "))
            .filter(line -> !line.startsWith("unknown: security-profiles-operator.x-k8s.io/"))
            .filter(line -> !line.startsWith("unknown: cert-manager.io/"))
            .toList());
    assertFalse(said.contains("checked: 0"), said);
  }

  @Test
  void theCheckersFindWhatIsWrong() throws Exception {
    String deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: a}
        spec:
          selector: {matchLabels: {a: b}}
          template:
            metadata: {labels: {a: b}}
            spec:
              containers: [{name: a, image: a, imagePullPolicy: Sometimes, prots: []}]
        """;
    assertTrue(validate(deployment).startsWith("wrong: Deployment a: "), validate(deployment));
    List<String> wrong = new ArrayList<>();
    unknown(
        new KubernetesSerialization().unmarshal(deployment, HasMetadata.class),
        "Deployment",
        wrong);
    assertEquals(List.of("Deployment.Spec.Template.Spec.Containers[0].prots"), wrong);
  }

  private static String validate(String yaml) throws Exception {
    Path file = Files.createTempFile("rendered", ".yaml");
    try {
      Files.writeString(file, yaml);
      return Shell.run("sh", "-c", "cd " + Chart.npm() + " && node validate.mjs <" + file).ok();
    } finally {
      Files.delete(file);
    }
  }
}
