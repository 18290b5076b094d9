package dev.millrace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Checks which packages may import which, and the size limits of files and methods. */
class HouseRulesTest {
  private static final int MAX_FILE_LINES = 420;
  private static final int MAX_METHOD_LINES = 70;
  private static final int MAX_HOUSE_IMPORTS = 25;

  /** Files that may be longer, each with its reason. */
  private static final Map<String, String> LONGER_FILES =
      Map.of(
          "Reader.java", "the whole surface of Zig's Reader, each method one line and its contract",
          "Writer.java",
              "the whole surface of Zig's Writer, each method one line and its contract");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.millrace");

  private static void never(String from, String... to) {
    String[] packages = new String[to.length];
    for (int i = 0; i < to.length; i++) {
      packages[i] = to[i].indexOf('.') > 0 ? to[i] : "dev.millrace." + to[i] + "..";
    }
    noClasses()
        .that()
        .resideInAPackage("dev.millrace." + from)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages)
        .check(CLASSES);
  }

  /**
   * The server's packages in dependency order, each with the server packages that it may import. A
   * package may import only packages that stand earlier in the list, so cycles are impossible.
   */
  private static final List<String> LAYERS =
      List.of(
          "config:",
          "certificate: config",
          "text:",
          "acme: config text",
          "http.semantics:",
          "http.parser: config",
          "files:",
          "digest: files",
          "doctor: certificate text",
          "transport:",
          "transport.uring: transport",
          "transport.nio: transport",
          "transport.tls: config transport",
          "cache: files http.parser http.semantics transport",
          "http.exchange: cache digest files http.parser http.semantics transport",
          "https: config http.exchange",
          "http.hpack:",
          "http.http1: cache http.exchange http.parser transport",
          "http.http2: cache config files http.exchange http.hpack http.parser transport",
          "auth: config digest files http.exchange",
          "proxy: config http.exchange http.parser",
          "limits: config files http.exchange http.parser proxy text transport",
          "accesslog: auth cache config http.exchange http.parser text transport",
          "content.compress: config digest files http.semantics",
          "content: auth cache config content.compress digest files http.exchange http.semantics text",
          "content.listing: content digest files http.exchange http.semantics text",
          "content.archive: content content.compress digest files http.exchange http.semantics",
          "content.checksum: content digest files http.exchange http.semantics text",
          "content.lock:",
          "content.write: auth config content content.checksum content.lock digest files http.exchange http.parser"
              + " http.semantics limits text",
          "content.webdav: auth content content.lock content.write digest files http.exchange"
              + " http.semantics",
          "content.file: auth content content.archive content.checksum content.compress content.listing digest files http.exchange"
              + " http.semantics",
          "metrics: acme cache certificate content.compress content.write digest files http.exchange http.http2 http.parser limits"
              + " transport transport.nio transport.tls transport.uring",
          "management: certificate digest http.exchange metrics text transport.nio transport.uring",
          "server: accesslog acme auth cache certificate config content content.compress content.file content.webdav content.write"
              + " digest files http.exchange http.http1 http.http2 http.parser https limits management metrics proxy"
              + " transport"
              + " transport.nio transport.tls transport.uring",
          "logging: server",
          "warmup: accesslog config content http.hpack http.http2 server transport.tls",
          "cli: auth certificate config content digest doctor files logging management server text warmup");

  private static final String[] SERVER =
      LAYERS.stream().map(layer -> layer.substring(0, layer.indexOf(':'))).toArray(String[]::new);

  @Test
  void theClassPathContainsAllModules() {
    assertTrue(CLASSES.size() > 100, "found " + CLASSES.size());
    for (String one :
        List.of("sync.Mutex", "io.Reader", "uring.IoUring", "content.file.FileHandler")) {
      assertTrue(CLASSES.contain("dev.millrace." + one), one);
    }
  }

  @Test
  void coreSyncImportsNothing() {
    never("sync..", "io", "uring", "loop", "net", "file", "blocking");
    never("sync..", SERVER);
  }

  @Test
  void onlyTheFfiPackageUsesTheLinker() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.millrace.sync.ffi")
        .should()
        .accessClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.Linker")
        .check(CLASSES);
    for (String name : SERVER) {
      never(name + "..", "sync.ffi", "uring.abi");
    }
  }

  @Test
  void readersAndWritersDoNotDependOnTheRing() {
    never("io..", "uring", "loop", "net", "file", "blocking");
    never("io..", SERVER);
  }

  @Test
  void coreIoImportsCoreSyncOnly() {
    for (String name : List.of("uring..", "loop..", "net..", "file..", "blocking..", "process..")) {
      never(name, SERVER);
    }
    never("uring..", "loop", "net", "file", "blocking");
    never("loop..", "net", "file", "blocking");
    never("file..", "loop", "net", "blocking");
    never("uring.abi..", "io");
  }

  @Test
  void serverPackagesImportOnlyWhatTheirLayerAllows() {
    List<String> wrong = new ArrayList<>();
    Map<String, List<String>> allowed = new HashMap<>();
    for (String layer : LAYERS) {
      String name = layer.substring(0, layer.indexOf(':'));
      List<String> imports = List.of(layer.substring(name.length() + 1).strip().split(" +"));
      for (String lower : imports) {
        if (!lower.isEmpty() && !allowed.containsKey(lower)) {
          wrong.add(name + " may import " + lower + ", which is not earlier in the list");
        }
      }
      allowed.put(name, imports);
    }
    for (JavaClass one : CLASSES) {
      String from = packageOf(one);
      List<String> imports = allowed.get(from);
      for (Dependency dependency : one.getDirectDependenciesFromSelf()) {
        String to = packageOf(dependency.getTargetClass());
        if (imports != null
            && allowed.containsKey(to)
            && !to.equals(from)
            && !imports.contains(to)) {
          wrong.add(one.getName() + " imports " + dependency.getTargetClass().getName());
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  private static String packageOf(JavaClass one) {
    String name = one.getPackageName();
    return name.startsWith("dev.millrace.") ? name.substring("dev.millrace.".length()) : "";
  }

  @Test
  void everyServerPackageHasALayer() {
    Set<String> packages = new TreeSet<>();
    for (JavaClass one : CLASSES) {
      boolean server =
          one.getSource()
              .map(source -> source.getUri().toString())
              .orElse("")
              .contains("/server/target/");
      if (server) {
        packages.add(packageOf(one));
      }
    }
    packages.remove("");
    assertEquals(new TreeSet<>(List.of(SERVER)), packages);
  }

  @Test
  void onlyPackagesThatHandleExchangesUseUndertow() {
    for (String name :
        List.of(
            "certificate",
            "text",
            "acme",
            "http.semantics",
            "http.parser",
            "files",
            "digest",
            "doctor",
            "transport",
            "transport.uring",
            "transport.nio",
            "cache",
            "logging",
            "cli")) {
      never(name, "io.undertow..");
    }
    for (String name : List.of("text", "http.semantics", "http.parser", "files", "digest")) {
      never(name, "org.xnio..");
    }
    for (String name : List.of("text", "http.semantics", "http.parser")) {
      never(name, "uring", "loop", "net", "file");
    }
  }

  @Test
  void noFileImportsMoreThan25MillraceTypes() throws Exception {
    List<String> crowded = new ArrayList<>();
    for (Path file : sources()) {
      try (var lines = Files.lines(file)) {
        long imports =
            lines.filter(line -> line.matches("import (static )?dev\\.millrace\\..*")).count();
        if (imports > MAX_HOUSE_IMPORTS) {
          crowded.add(file.getFileName() + ": " + imports);
        }
      }
    }
    assertEquals(List.of(), crowded);
  }

  @Test
  void filesAndMethodsStayUnderTheirSizeLimits() throws Exception {
    List<String> crowded = new ArrayList<>();
    for (Path file : sources()) {
      long lines;
      try (var all = Files.lines(file)) {
        lines = all.count();
      }
      String name = file.getFileName().toString();
      if (lines > MAX_FILE_LINES && !LONGER_FILES.containsKey(name)) {
        crowded.add(name + ": " + lines + " lines");
      }
    }
    crowded.addAll(longMethods(sources()));
    assertEquals(List.of(), crowded);
  }

  private static List<Path> sources() throws Exception {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core-sync", "core-io", "server")) {
      Path main = Path.of("..", module, "src", "main", "java");
      try (var files = Files.walk(main)) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    assertTrue(sources.size() > 80, "found " + sources.size());
    return sources;
  }

  private static List<String> longMethods(List<Path> sources) throws Exception {
    List<String> longer = new ArrayList<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        new TreeScanner<Void, Void>() {
          @Override
          public Void visitMethod(MethodTree method, Void nothing) {
            LineMap map = unit.getLineMap();
            long first = map.getLineNumber(positions.getStartPosition(unit, method));
            long last = map.getLineNumber(positions.getEndPosition(unit, method));
            if (last - first + 1 > MAX_METHOD_LINES) {
              longer.add(
                  Path.of(unit.getSourceFile().getName()).getFileName()
                      + ": "
                      + method.getName()
                      + ": "
                      + (last - first + 1)
                      + " lines");
            }
            return super.visitMethod(method, nothing);
          }
        }.scan(unit, null);
      }
    }
    return longer;
  }
}
