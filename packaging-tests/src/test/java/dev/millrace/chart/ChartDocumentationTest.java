package dev.millrace.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.image.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Every value is described, in the schema, and in the table of the chart's README, which the
 * environment variable {@code CHART_README=write} has written anew.
 */
class ChartDocumentationTest {
  private static final Path README = Chart.FOLDER.resolve("README.md");
  private static final String BEGIN = "<!-- values: made from values.yaml -->\n";
  private static final String END = "<!-- end of values -->\n";
  private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z][A-Za-z0-9]*):(.*)$");

  /** A value of values.yaml with what its comment says. */
  record Value(String path, String byDefault, String description) {}

  /** Reads values.yaml by lines: a comment that begins with two dashes describes the next key. */
  private static List<Value> described() throws IOException {
    List<Value> values = new ArrayList<>();
    List<String> names = new ArrayList<>();
    String comment = null;
    int skipDeeper = Integer.MAX_VALUE;
    for (String line : Files.readAllLines(Chart.FOLDER.resolve("values.yaml"))) {
      int indent = line.length() - line.stripLeading().length();
      if (line.isBlank() || indent > skipDeeper) {
        continue; // within a described value
      }
      skipDeeper = Integer.MAX_VALUE;
      if (line.strip().startsWith("# -- ")) {
        comment = line.strip().substring("# -- ".length());
        continue;
      }
      Matcher key = KEY.matcher(line);
      if (!key.matches()) {
        continue;
      }
      names = new ArrayList<>(names.subList(0, indent / 2));
      names.add(key.group(2));
      if (comment != null) {
        String path = String.join(".", names);
        values.add(new Value(path, key.group(3).strip(), comment));
        comment = null;
        skipDeeper = indent;
      }
    }
    return values;
  }

  @Test
  void everyValueIsDescribedOnceAndAllAreInTheSchema() throws Exception {
    Map<?, ?> defaults = (Map<?, ?>) Chart.load(Chart.FOLDER.resolve("values.yaml"));
    Map<?, ?> schema =
        (Map<?, ?>)
            new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(Chart.FOLDER.resolve("values.schema.json")));
    Set<String> described = new TreeSet<>();
    for (Value value : described()) {
      assertTrue(described.add(value.path()), value.path() + " is described twice");
    }
    assertTrue(described.size() > 90, "found " + described.size());
    List<String> wrong = new ArrayList<>();
    walk("", defaults, described, schema, wrong);
    assertEquals(List.of(), wrong);
  }

  private static void walk(
      String path, Map<?, ?> values, Set<String> described, Map<?, ?> schema, List<String> wrong) {
    Map<?, ?> properties = (Map<?, ?>) schema.get("properties");
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      String at = path + entry.getKey();
      if (!(properties.get(entry.getKey()) instanceof Map<?, ?> inner)) {
        wrong.add(at + " is not in the schema");
      } else if (!described.contains(at)) {
        if (entry.getValue() instanceof Map<?, ?> map && !map.isEmpty()) {
          walk(at + ".", map, described, inner, wrong);
        } else {
          wrong.add(at + " is not described");
        }
      }
    }
    for (Object name : properties.keySet()) {
      if (!values.containsKey(name) && !name.equals("global") && !path.contains("resources")) {
        wrong.add(path + name + " is in the schema alone");
      }
    }
  }

  @Test
  void theTableOfTheReadmeIsMadeFromThem() throws Exception {
    StringBuilder table = new StringBuilder(BEGIN + "| value | default | |\n|---|---|---|\n");
    Map<?, ?> defaults = (Map<?, ?>) Chart.load(Chart.FOLDER.resolve("values.yaml"));
    for (Value value : described()) {
      String shown = value.byDefault();
      if (shown.isEmpty() || shown.equals("|")) {
        shown = flow(at(defaults, value.path()));
      }
      table
          .append("| `" + value.path() + "` | `" + shown.replace("|", "\\|") + "` | ")
          .append(value.description() + " |\n");
    }
    table.append(END);
    String readme = Files.readString(README);
    int from = readme.indexOf(BEGIN);
    int to = readme.indexOf(END) + END.length();
    String written = readme.substring(0, from) + table + readme.substring(to);
    if ("write".equals(System.getenv("CHART_README"))) {
      Files.writeString(README, written);
    } else {
      assertEquals(
          written,
          readme,
          "CHART_README=write mvn -pl packaging-tests test -Dtest=ChartDocumentationTest");
    }
  }

  private static Object at(Map<?, ?> values, String path) {
    Object value = values;
    for (String name : path.split("\\.")) {
      value = ((Map<?, ?>) value).get(name);
    }
    return value;
  }

  /** A value on one line, as YAML. */
  private static String flow(Object value) {
    if (value instanceof Map<?, ?> map) {
      List<String> parts = new ArrayList<>();
      map.forEach((key, inner) -> parts.add(key + ": " + flow(inner)));
      return "{" + String.join(", ", parts) + "}";
    }
    if (value instanceof List<?> list) {
      return "["
          + String.join(", ", list.stream().map(ChartDocumentationTest::flow).toList())
          + "]";
    }
    String text = String.valueOf(value);
    return text.contains("\n") ? "..." : text;
  }

  @Test
  void settingsOfTheServerThatTheChartTakesAreThoseItHas() throws Exception {
    Set<String> known =
        new TreeSet<>(
            Set.of(
                "cache",
                "types",
                "errors",
                "auth",
                "cors",
                "headers",
                "mounts",
                "redirects",
                "rewrites",
                "request-rules",
                "write"));
    Matcher rows =
        Pattern.compile(
                "^\\| `[^`]+` \\| `MILLRACE_\\w+` \\| `([a-z0-9-]+)` \\|", Pattern.MULTILINE)
            .matcher(Files.readString(Shell.TOP.resolve("docs/configuration.md")));
    while (rows.find()) {
      known.add(rows.group(1));
    }
    // These have values of their own in the chart, which knows more about them.
    known.removeAll(
        Set.of(
            "root",
            "listen",
            "socket-mode",
            "socket-owner",
            "user",
            "landlock",
            "pid-file",
            "management",
            "management-token-file",
            "transport",
            "workers",
            "drain",
            "state",
            "access-log",
            "access-log-format",
            "tls-listen",
            "tls-cert",
            "tls-key",
            "tls-password-file",
            "tls-self-signed",
            "redirect-http"));
    known.removeIf(name -> name.startsWith("acme")); // replicas share no state
    Map<?, ?> schema =
        (Map<?, ?>)
            new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(Chart.FOLDER.resolve("values.schema.json")));
    Map<?, ?> settings = (Map<?, ?>) ((Map<?, ?>) schema.get("properties")).get("settings");
    Set<String> taken = new TreeSet<>();
    ((Map<?, ?>) settings.get("properties")).keySet().forEach(key -> taken.add(key.toString()));
    assertEquals(known, taken);
  }

  @Test
  void whatComposeMountsIsThere() throws Exception {
    Path docker = Shell.TOP.resolve("docker");
    Map<?, ?> compose = (Map<?, ?>) Chart.load(docker.resolve("compose.yaml"));
    Map<?, ?> services = (Map<?, ?>) compose.get("services");
    assertEquals(Set.of("millrace", "prometheus", "grafana"), services.keySet());
    for (Object service : services.values()) {
      for (Object volume : (List<?>) ((Map<?, ?>) service).get("volumes")) {
        String source = volume.toString().split(":")[0];
        if (source.startsWith("./")) {
          assertTrue(Files.exists(docker.resolve(source)), source);
        }
      }
    }
    assertTrue(services.get("millrace").toString().contains("seccomp=seccomp/millrace.json"));
    Map<?, ?> tls = (Map<?, ?>) Chart.load(docker.resolve("compose.tls.yaml"));
    Map<?, ?> secure = (Map<?, ?>) ((Map<?, ?>) tls.get("services")).get("millrace");
    Map<?, ?> environment = (Map<?, ?>) secure.get("environment");
    assertEquals("0.0.0.0:8443", environment.get("MILLRACE_TLS_LISTEN"));
    assertTrue(environment.get("MILLRACE_TLS_CERT").toString().startsWith("/etc/millrace/tls/"));
    assertTrue(secure.get("volumes").toString().contains(":/etc/millrace/tls:ro"));
    assertEquals(List.of("127.0.0.1:8443:8443"), secure.get("ports"));
    Map<?, ?> config = (Map<?, ?>) ((Map<?, ?>) compose.get("configs")).get("prometheus");
    Path prometheus = Files.createTempDirectory("prometheus");
    Files.writeString(prometheus.resolve("prometheus.yml"), config.get("content").toString());
    Files.copy(docker.resolve("prometheus/rules.yml"), prometheus.resolve("rules.yml"));
    Shell.run("promtool", "check", "config", prometheus + "/prometheus.yml").ok();
    Shell.run("rm", "-r", prometheus.toString()).ok();
  }
}
