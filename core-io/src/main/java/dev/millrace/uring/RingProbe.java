package dev.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.uring.abi.Liburing;
import dev.millrace.uring.abi.Params;
import dev.millrace.uring.abi.Uapi;
import dev.millrace.uring.abi.UringStruct;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The capabilities of io_uring on this machine, by operation and flag, or why it is unavailable.
 * For diagnosis; the server does not need it.
 *
 * @param refusal why no ring can be set up, or null if one can
 * @param ring the largest possible sizes, {@link RingConfig#DEFAULT} unless locked memory is short
 * @param liburing the version of the loaded library, or empty
 * @param setupFlags whether a ring with this flag can be set up, by name without prefix; empty if
 *     no ring can be set up
 * @param operations that may be submitted
 * @param features that the kernel reports, by name without prefix
 */
public record RingProbe(
    @Nullable RingUnavailableException refusal,
    RingConfig ring,
    String liburing,
    Map<String, Boolean> setupFlags,
    Set<OpKind> operations,
    List<String> features) {
  private static final int BUFFERS_A_SUBMISSION = 4;
  private static final Map<String, Integer> FLAGS = flags();

  /** Bits of io_uring_params.features, from bit 0 on. */
  private static final String[] FEATURES = {
    "SINGLE_MMAP",
    "NODROP",
    "SUBMIT_STABLE",
    "RW_CUR_POS",
    "CUR_PERSONALITY",
    "FAST_POLL",
    "POLL_32BITS",
    "SQPOLL_NONFIXED",
    "EXT_ARG",
    "NATIVE_WORKERS",
    "RSRC_TAGS",
    "CQE_SKIP",
    "LINKED_FILE",
    "REG_REG_RING",
    "RECVSEND_BUNDLE",
    "MIN_TIMEOUT",
    "RW_ATTR",
    "NO_IOWAIT"
  };

  public RingProbe {
    setupFlags = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(setupFlags));
    operations = Set.copyOf(operations);
    features = List.copyOf(features);
  }

  private static Map<String, Integer> flags() {
    Map<String, Integer> flags = new LinkedHashMap<>();
    flags.put("CQSIZE", Uapi.SETUP_CQSIZE);
    flags.put("CLAMP", Uapi.SETUP_CLAMP);
    flags.put("R_DISABLED", Uapi.SETUP_R_DISABLED);
    flags.put("SUBMIT_ALL", Uapi.SETUP_SUBMIT_ALL);
    flags.put("SINGLE_ISSUER", Uapi.SETUP_SINGLE_ISSUER);
    flags.put("DEFER_TASKRUN", Uapi.SETUP_DEFER_TASKRUN | Uapi.SETUP_SINGLE_ISSUER);
    return flags;
  }

  /** Probes by setting up and closing a few rings. Any thread. */
  public static RingProbe run() {
    Set<OpKind> operations = EnumSet.noneOf(OpKind.class);
    RingUnavailableException refusal = null;
    RingConfig config = RingConfig.DEFAULT;
    try {
      var opened = RingSizes.largest(config, RingProbe::operationsOf);
      operations.addAll(opened.value());
      config = opened.config();
    } catch (RingUnavailableException refused) {
      refusal = refused;
    }
    Map<String, Boolean> flags = new LinkedHashMap<>();
    List<String> features = new ArrayList<>();
    if (Liburing.missing().isEmpty()) {
      int bits = trySetup(0);
      if (bits >= 0) {
        for (int i = 0; i < FEATURES.length; i++) {
          if ((bits & (1 << i)) != 0) {
            features.add(FEATURES[i]);
          }
        }
        FLAGS.forEach((name, flag) -> flags.put(name, trySetup(flag) >= 0));
      }
    }
    return new RingProbe(refusal, config, version(), flags, operations, features);
  }

  /** Opens a ring with the server's ratio of provided buffers. */
  private static Set<OpKind> operationsOf(RingConfig config) throws RingUnavailableException {
    try (IoUring ring = IoUring.open(config)) {
      var _ = ring.provideBuffers(config.submissionEntries() * BUFFERS_A_SUBMISSION, 1, 1);
      return ring.features().operations();
    }
  }

  /** The features of a ring with these flags, or {@code -errno}. */
  private static int trySetup(int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ring = arena.allocate(UringStruct.LAYOUT);
      MemorySegment params = arena.allocate(Params.LAYOUT);
      params.set(JAVA_INT, Params.FLAGS, flags);
      params.set(JAVA_INT, Params.CQ_ENTRIES, 2);
      int result = Liburing.queueInitParams(1, ring, params);
      if (result < 0) {
        return result;
      }
      int features = params.get(JAVA_INT, Params.FEATURES);
      Liburing.queueExit(ring);
      return features;
    }
  }

  /** The version from the name of the mapped file: liburing 2.3 has no function for it. */
  private static String version() {
    if (Liburing.missing().isPresent()) {
      return "";
    }
    try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
      String file =
          maps.filter(line -> line.contains("/" + "liburing.so"))
              .map(line -> line.substring(line.indexOf('/')))
              .findFirst()
              .orElse("");
      String name = Path.of(file).toRealPath().getFileName().toString();
      String version = name.replaceFirst("^liburing\\.so\\.?", "");
      return version.isEmpty() ? "unknown" : version;
    } catch (IOException | java.io.UncheckedIOException unreadable) {
      return "unknown";
    }
  }
}
