package dev.millrace.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.uring.RingUnavailableException.Reason;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a process is told that may lock no more than 64 KiB: a JVM of its own, since the limit and
 * CAP_IPC_LOCK, which lifts it, are a process's.
 */
class MemoryLimitTest {
  private static final int LIMIT_BYTES = 65_536;
  private static final int FIRST_USER = 1_000_000;
  private static final int USERS = 1 << 22;

  /** The process that meets the limit. */
  static final class Limited {
    private Limited() {}

    public static void main(String[] arguments) throws RingUnavailableException {
      try (IoUring ring = IoUring.open(new RingConfig(8, 64, 1));
          Arena arena = Arena.ofConfined()) {
        ring.enable();
        MemorySegment buffer = arena.allocate(1 << 20, 4096);
        try {
          ring.registerBuffers(buffer);
          System.out.println("registered beyond the limit");
        } catch (RingUnavailableException refused) {
          System.out.println(refused.reason());
          System.out.println(refused.getMessage());
        }
        ring.registerBuffers(buffer.asSlice(0, LIMIT_BYTES / 4));
        ring.unregisterBuffers();
        ring.prepNop(7);
        Completions one = new Completions(1);
        ring.copyCqes(one, 1);
        System.out.println("then registered less, nop " + one.userData(0));
      }
    }
  }

  @Test
  void tooLittleLockableMemoryIsNamedWithItsCure() throws Exception {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      // The kernel counts locked memory by user: another one than that of other tests' rings.
      long user = FIRST_USER + ProcessHandle.current().pid() % USERS;
      String caps = "+dac_override,+dac_read_search";
      command.addAll(
          List.of(
              "setpriv",
              "--reuid=" + user,
              "--inh-caps=" + caps,
              "--ambient-caps=" + caps,
              "--bounding-set=-ipc_lock",
              "--"));
    }
    command.addAll(List.of("prlimit", "--memlock=" + LIMIT_BYTES + ":" + LIMIT_BYTES, "--"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), Limited.class.getName()));
    Process limited = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(limited.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertEquals(0, limited.waitFor(), output);
    String[] lines = output.split("\n");
    assertEquals(3, lines.length, output);
    assertEquals(Reason.MEMORY.name(), lines[0]);
    assertTrue(lines[1].contains("of 1 buffers, 1048576 bytes: ENOMEM"), lines[1]);
    assertTrue(lines[1].contains("raise it with: ulimit -l "), lines[1]);
    assertEquals("then registered less, nop 7", lines[2]);
  }

  private static boolean isRoot() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("Uid:"))
        .allMatch(line -> line.split("\\s+")[2].equals("0"));
  }
}
