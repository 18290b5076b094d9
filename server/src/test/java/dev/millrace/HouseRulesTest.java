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
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Who may import whom, and how large a room may get. */
class HouseRulesTest {
  private static final int MAX_FILE_LINES = 420;
  private static final int MAX_METHOD_LINES = 70;

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

  private static final String[] SERVER = {
    "accesslog",
    "auth",
    "cache",
    "cli",
    "config",
    "content",
    "digest",
    "doctor",
    "files",
    "http",
    "logging",
    "management",
    "metrics",
    "proxy",
    "server",
    "text",
    "transport",
    "warmup"
  };

  private static String[] serverBut(String... allowed) {
    List<String> rest = new ArrayList<>(List.of(SERVER));
    rest.removeAll(List.of(allowed));
    return rest.toArray(String[]::new);
  }

  private static final String[] SERVER_BUT_HTTP = serverBut("http");

  @Test
  void theClassesAreAllHere() {
    assertTrue(CLASSES.size() > 100, "found " + CLASSES.size());
    for (String one :
        List.of("sync.Mutex", "io.Reader", "uring.IoUring", "content.file.FileHandler")) {
      assertTrue(CLASSES.contain("dev.millrace." + one), one);
    }
  }

  @Test
  void coreSyncImportsNothing() {
    never("sync..", "io", "uring", "loop", "net", "file");
    never("sync..", SERVER);
  }

  @Test
  void onlyTheFfiPackageLinks() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.millrace.sync.ffi")
        .should()
        .accessClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.Linker")
        .check(CLASSES);
    for (String room : SERVER) {
      never(room + "..", "sync.ffi", "uring.abi");
    }
  }

  @Test
  void readersAndWritersKnowNoRing() {
    never("io..", "uring", "loop", "net", "file");
    never("io..", SERVER);
  }

  @Test
  void coreIoImportsCoreSyncOnly() {
    for (String room : List.of("uring..", "loop..", "net..", "file..")) {
      never(room, SERVER);
    }
    never("uring..", "loop", "net", "file");
    never("uring.abi..", "io");
  }

  @Test
  void transportKnowsNoHttp() {
    never("transport..", serverBut("transport", "server"));
    never("transport.uring..", serverBut("transport"));
    never("transport..", "io.undertow..");
  }

  @Test
  void parsersKnowNeitherUndertowNorWhatIsBelowThem() {
    never("http.parser..", SERVER_BUT_HTTP);
    never("http.parser..", "io.undertow..", "uring", "loop", "net", "file");
    never("http.parser..", "dev.millrace.http.exchange", "dev.millrace.http.http1");
  }

  @Test
  void theEngineKnowsNoHandler() {
    never("http.http1..", serverBut("http", "cache", "transport"));
    never("http.exchange..", "dev.millrace.http.http1");
  }

  @Test
  void answersFromMemoryKnowNoUndertow() {
    never("cache..", serverBut("cache", "http", "files", "transport"));
    never("cache..", "dev.millrace.http.exchange", "dev.millrace.http.http1");
    never("cache..", "io.undertow..");
  }

  @Test
  void filesAndDigestKnowNoUndertow() {
    never("files..", serverBut("files"));
    never("files..", "io.undertow..", "org.xnio..");
    never("digest..", serverBut("digest", "files"));
    never("digest..", "io.undertow..", "org.xnio..");
  }

  @Test
  void contentNeverSeesTransportAndNobodySeesTheRoot() {
    never("content..", "transport", "server", "cli", "config", "metrics", "management");
    never("content..", "dev.millrace.http.http1");
    never("http.semantics..", SERVER_BUT_HTTP);
    never("http.semantics..", "io.undertow..", "org.xnio..", "io", "uring", "loop", "net", "file");
    never("text..", serverBut("text"));
    never("metrics..", "server", "config", "cli", "doctor", "warmup");
    never("doctor..", serverBut("doctor", "text"));
    never("server..", "cli");
    never("config..", "cli", "server", "warmup");
  }

  @Test
  void roomsStaySmall() throws Exception {
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
