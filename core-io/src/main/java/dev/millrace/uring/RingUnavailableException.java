package dev.millrace.uring;

import dev.millrace.sync.Errno;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.Path;

/** No ring can be set up. The one-line message has the likely cause and the cure. */
public final class RingUnavailableException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private static final Path SYSCTL = Path.of("/proc/sys/kernel/io_uring_disabled");

  /** The cause. */
  public enum Reason {
    /** liburing is missing or too old. */
    LIBRARY,
    /** The sysctl {@code kernel.io_uring_disabled} forbids it. */
    SYSCTL,
    /** A seccomp profile forbids it, as the default profiles of container runtimes do. */
    SECCOMP,
    /** The kernel has no io_uring (ENOSYS), or a seccomp profile pretends so. */
    NOT_IMPLEMENTED,
    /** The limit on locked memory: {@code ulimit -l}, or the memory limit of the control group. */
    MEMORY,
    /** The kernel is older than this library requires. */
    TOO_OLD,
    /** Any other cause; the message has the call and the error number. */
    OTHER
  }

  private final Reason reason;

  RingUnavailableException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** liburing cannot be loaded. */
  static RingUnavailableException library(String why) {
    return new RingUnavailableException(
        Reason.LIBRARY, why + "; install it with: apt-get install liburing2");
  }

  /** A setup call failed. */
  static RingUnavailableException of(String call, int errno) {
    return of(call, errno, readSysctl());
  }

  static RingUnavailableException of(String call, int errno, String sysctl) {
    String failed = call + ": " + Errno.describe(errno);
    return switch (errno) {
      case Errno.EPERM ->
          sysctl.equals("1") || sysctl.equals("2")
              ? new RingUnavailableException(
                  Reason.SYSCTL,
                  failed
                      + " because kernel.io_uring_disabled is "
                      + sysctl
                      + "; set it with: sysctl kernel.io_uring_disabled=0")
              : new RingUnavailableException(
                  Reason.SECCOMP,
                  failed
                      + ", probably a seccomp profile; allow io_uring_setup, io_uring_enter and"
                      + " io_uring_register in the container's profile");
      case Errno.ENOSYS ->
          new RingUnavailableException(
              Reason.NOT_IMPLEMENTED,
              failed
                  + ": the kernel is built without io_uring, or the container runtime's seccomp"
                  + " profile (podman, CRI-O) hides it; allow the three io_uring calls there");
      case Errno.ENOMEM ->
          new RingUnavailableException(
              Reason.MEMORY,
              failed + ": the limit on locked memory is too low; raise it with: ulimit -l 8192");
      case Errno.EINVAL ->
          new RingUnavailableException(
              Reason.TOO_OLD, failed + ": the kernel is older than 6.1, which Millrace needs");
      default -> new RingUnavailableException(Reason.OTHER, failed);
    };
  }

  /** Buffers cannot be registered. */
  static RingUnavailableException buffers(int errno, int count, long bytes) {
    String failed =
        "io_uring_register(BUFFERS) of "
            + count
            + " buffers, "
            + bytes
            + " bytes: "
            + Errno.describe(errno);
    return switch (errno) {
      case Errno.ENOMEM ->
          new RingUnavailableException(
              Reason.MEMORY,
              failed
                  + ": the limit on locked memory is too low; raise it with: ulimit -l "
                  + (bytes / 1024 + 8192)
                  + ", or register fewer or smaller buffers");
      case Errno.EBUSY ->
          new RingUnavailableException(
              Reason.OTHER, failed + ": there are registered buffers; unregister them first");
      default -> new RingUnavailableException(Reason.OTHER, failed);
    };
  }

  private static String readSysctl() {
    try {
      return Files.readAllLines(SYSCTL)
          .getFirst()
          .strip(); // a second read of such a file returns nothing
    } catch (IOException absent) {
      return "";
    }
  }
}
