package dev.millrace.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads {@code /proc} and {@code /sys} files of other machines. */
class MachineTest {
  @TempDir Path root;

  private void write(String file, String text) throws Exception {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void containersAreDetectedByTheirMarkers() throws Exception {
    assertEquals("", new Machine(root, Map.of()).container());
    assertEquals("lxc", new Machine(root, Map.of("container", "lxc")).container());
    write(".dockerenv", "");
    write("proc/1/cgroup", "0::/kubepods.slice/x\n");
    assertEquals(
        "kubernetes, docker, kubepods",
        new Machine(root, Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")).container());
  }

  @Test
  void softLimitsAreReadFromProc() throws Exception {
    write(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max locked memory         8388608              8388608              bytes
        Max open files            unlimited            unlimited            files
        """);
    Machine machine = new Machine(root, Map.of());
    assertEquals(8388608, machine.softLimit("Max locked memory"));
    assertEquals(-1, machine.softLimit("Max open files"));
  }

  @Test
  void theDeepestMountDeterminesTheFileSystem() throws Exception {
    write(
        "proc/self/mountinfo",
        """
        1 0 8:1 / / rw - ext4 /dev/sda1 rw
        2 1 0:5 / /srv/my\\040files rw shared:1 - nfs4 host:/x rw
        3 1 0:6 / /srv rw - xfs /dev/sdb rw
        """);
    Machine machine = new Machine(root, Map.of());
    assertEquals("ext4", machine.fileSystem(Path.of("/home")));
    assertEquals("xfs", machine.fileSystem(Path.of("/srv/www")));
    assertEquals("nfs4", machine.fileSystem(Path.of("/srv/my files/a")));
  }

  @Test
  void cgroupLimitsAreReadAtTheRootOfTheCgroupFileSystem() throws Exception {
    Machine machine = new Machine(root, Map.of());
    assertEquals("no control group (cgroup v2) found", machine.controlGroup());
    write("proc/self/cgroup", "0::/host/only\n");
    assertEquals("no limits, /host/only", machine.controlGroup());
    write("sys/fs/cgroup/memory.max", "536870912\n");
    write("sys/fs/cgroup/cpu.max", "100000 100000\n");
    assertEquals("memory.max 536870912, cpu.max 100000 100000", machine.controlGroup());
  }
}
