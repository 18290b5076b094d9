package dev.millrace.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Debian package and the archive, built and used on a Debian with nothing else. No systemd runs
 * there; {@code docs/systemd.md} says how it was tried with one.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PackageTest {
  @TempDir static Path packages;

  @BeforeAll
  @Timeout(value = 50, unit = TimeUnit.MINUTES)
  static void build() throws Exception {
    Containers.build();
    Shell.run(900, Map.of(), List.of("packaging/deb/build", packages.toString())).ok();
    rename(file("millrace_*.deb"), "millrace-new.deb");
    // The next version: the same files, another number.
    Shell.run(
            "sh",
            "-euc",
            "cd $0; dpkg-deb -R millrace-new.deb next; sed -i 's/^Version: .*/Version: 9.0/'"
                + " next/DEBIAN/control; dpkg-deb -Zgzip -z1 -b next millrace-next.deb; rm -r next",
            packages.toString())
        .ok();
  }

  private static Path file(String glob) throws Exception {
    try (var found = Files.newDirectoryStream(packages, glob)) {
      return found.iterator().next();
    }
  }

  private static void rename(Path from, String name) throws Exception {
    Files.move(from, packages.resolve(name));
  }

  private static String inDebian(String script) throws Exception {
    return Containers.once(
            "-v",
            packages + ":/packages",
            "--security-opt=seccomp=unconfined",
            Containers.BASE,
            "sh",
            "-euc",
            script)
        .ok();
  }

  @Test
  void isInstalledUpgradedRemovedAndPurged() throws Exception {
    String serve =
        """
        millrace serve /srv --listen 127.0.0.1:0 --management 127.0.0.1:18097 >/out 2>&1 &
        for _ in $(seq 300); do grep -q 'management at' /out && break; sleep 0.1; done
        millrace health http://127.0.0.1:18097/healthz
        kill $!
        wait $!
        cat /out
        """;
    String out =
        inDebian(
            """
            export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
            apt-get update -q >/dev/null
            apt-get install -y -q --no-install-recommends /packages/millrace-new.deb systemd-standalone-sysusers >/log 2>&1 ||
                { cat /log; exit 1; }
            getent passwd millrace
            millrace check --config /etc/millrace/millrace.yaml
            %s
            echo '# mine' >>/etc/millrace/millrace.yaml
            apt-get install -y -q /packages/millrace-next.deb >/log 2>&1 || { cat /log; exit 1; }
            dpkg-query -W millrace
            tail -n 1 /etc/millrace/millrace.yaml
            %s
            apt-get remove -y -q millrace >/log 2>&1 || { cat /log; exit 1; }
            ls /usr/lib/millrace /usr/bin/millrace 2>&1 | sed 's/^/removed: /'
            ls /etc/millrace
            mkdir -p /var/lib/millrace
            apt-get purge -y -q millrace >/log 2>&1 || { cat /log; exit 1; }
            find / -xdev -name '*millrace*' -not -path '/packages/*' -not -path '/proc/*' -not -path '/var/lib/dpkg/*' \\
                -not -path '/var/lib/systemd/*'
            echo purged
            """
                .formatted(serve, serve));
    assertTrue(out.contains("millrace:x:"), out);
    assertTrue(out.contains("millrace\t9.0\n# mine\n"), out);
    assertEquals(2, out.split(" serves /srv at http://127.0.0.1:", -1).length - 1, out);
    assertFalse(out.contains(" over NIO"), out);
    assertTrue(out.contains("removed: ls: cannot access '/usr/lib/millrace'"), out);
    assertTrue(out.endsWith("\nmillrace.yaml\npurged\n"), out);
  }

  @Test
  void theArchiveServesFromAnyFolder() throws Exception {
    String out =
        inDebian(
            """
            apt-get update -q >/dev/null
            apt-get install -y -q liburing2 >/dev/null 2>&1
            mkdir -p "/tmp/a folder"
            tar -C "/tmp/a folder" -xzf /packages/millrace-*.tar.gz
            ln -s "/tmp/a folder"/millrace-*/bin/millrace /usr/local/bin/millrace
            millrace --version
            MILLRACE_JAVA_OPTS='-XX:AOTMode=on' millrace digest /etc/hostname
            """);
    assertTrue(out.startsWith("millrace 0."), out);
    assertTrue(out.strip().endsWith("/etc/hostname"), out);
  }

  /** A package of the distribution's checker without errors; warnings name what is on purpose. */
  @Test
  void lintianFindsNoError() throws Exception {
    Shell.Result result = Shell.run("lintian", packages.resolve("millrace-new.deb").toString());
    assertEquals("", result.out(), result.err());
  }

  @Test
  void twoBuildsDifferInTheCacheOfClassesOnly() throws Exception {
    Path again = Files.createDirectory(packages.resolve("again"));
    Shell.run(900, Map.of(), List.of("packaging/deb/build", again.toString())).ok();
    String script =
        """
        for deb in "$0"/millrace-new.deb "$0"/again/millrace_*.deb; do
            dpkg-deb --fsys-tarfile "$deb" | tar --wildcards --delete './usr/lib/millrace/millrace.aot' | sha256sum
            dpkg-deb --ctrl-tarfile "$deb" | tar --delete ./md5sums ./control | sha256sum
        done
        """;
    List<String> sums = Shell.run("sh", "-euc", script, packages.toString()).ok().lines().toList();
    assertEquals(sums.subList(0, 2), sums.subList(2, 4));
  }
}
