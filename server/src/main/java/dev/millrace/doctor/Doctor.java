package dev.millrace.doctor;

import dev.millrace.certificate.BadCertificateException;
import dev.millrace.certificate.CertificateFiles;
import dev.millrace.certificate.ServerCertificate;
import dev.millrace.process.Landlock;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;
import dev.millrace.uring.RingProbe;
import dev.millrace.uring.RingUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks everything that decides whether, and how well, a server runs on this machine. */
public final class Doctor {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final long FEW_DESCRIPTORS = 4096;
  private static final int SHORT_BACKLOG = 1000;

  /** Of a certificate's life: the alert rule has the same number. */
  private static final int FEW_DAYS = 14;

  private static final Set<String> REMOTE =
      Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "afs", "glusterfs");

  private final Machine machine;
  private final RingProbe probe;
  private final String kernel;
  private final List<Check> checks = new ArrayList<>();

  Doctor(Machine machine, RingProbe probe, String kernel) {
    this.machine = machine;
    this.probe = probe;
    this.kernel = kernel;
  }

  /**
   * Runs all checks.
   *
   * @param directory to be served
   * @param certificates files of the certificates to be used
   */
  public static Report examine(Path directory, List<CertificateFiles.Location> certificates) {
    Machine machine = new Machine(Path.of("/"), System.getenv());
    Doctor doctor = new Doctor(machine, RingProbe.run(), System.getProperty("os.version", ""));
    certificates.forEach(doctor::certificate);
    return doctor.examineAll(directory);
  }

  private void certificate(CertificateFiles.Location files) {
    try {
      ServerCertificate found =
          CertificateFiles.load(files.cert(), files.key(), files.passwordFile());
      long days = Duration.between(Instant.now(), found.notAfter()).toDays();
      String value =
          "%s: %s, %s, %d days left"
              .formatted(found.source(), String.join(" ", found.names()), found.keyType(), days);
      checks.add(
          days < FEW_DAYS
              ? Check.warn("certificate", value, "renew it")
              : Check.ok("certificate", value));
    } catch (BadCertificateException bad) {
      String message = String.valueOf(bad.getMessage());
      int cure = message.lastIndexOf("; ");
      checks.add(
          cure < 0
              ? Check.fail("certificate", message, "")
              : Check.fail("certificate", message.substring(0, cure), message.substring(cure + 2)));
    }
  }

  Report examineAll(Path directory) {
    kernel();
    liburing();
    ring();
    if (probe.refusal() == null) {
      operations();
      flags();
      checks.add(Check.ok("features", lower(probe.features())));
    }
    container();
    descriptors();
    lockedMemory();
    checks.add(Check.ok("cgroup", machine.controlGroup()));
    confinement();
    backlog();
    directory(directory);
    checks.add(Check.ok("java", Runtime.version() + ", " + System.getProperty("java.vm.name")));
    return new Report(checks, probe);
  }

  /** What the server can give up; the ring's restrictions exist on every supported kernel. */
  private void confinement() {
    int version = Landlock.version();
    checks.add(
        Check.ok(
            "confinement",
            "a ring without unused operations; no new privileges; "
                + (version > 0 ? "landlock " + version : "no landlock in this kernel")));
  }

  private static String lower(List<String> names) {
    return String.join(" ", names).toLowerCase(Locale.ROOT);
  }

  private void kernel() {
    Matcher release = RELEASE.matcher(kernel);
    String value = "Linux " + kernel + " " + System.getProperty("os.arch");
    if (!release.matches()) {
      checks.add(
          Check.warn(
              "kernel", value, "Linux 6.1 or newer is required; this version cannot be parsed"));
      return;
    }
    int number = Integer.parseInt(release.group(1)) * 1000 + Integer.parseInt(release.group(2));
    if (number < 6_001) {
      checks.add(Check.fail("kernel", value, "use Linux 6.1 or newer"));
    } else if (number < 6_007) {
      checks.add(Check.ok("kernel", value + " (futex waits need 6.7; an eventfd is used instead)"));
    } else {
      checks.add(Check.ok("kernel", value));
    }
  }

  private void liburing() {
    checks.add(
        probe.liburing().isEmpty()
            ? Check.fail("liburing", "missing or older than 2.3", "apt-get install liburing2")
            : Check.ok("liburing", probe.liburing()));
  }

  private void ring() {
    RingUnavailableException refusal = probe.refusal();
    if (refusal == null) {
      RingConfig size = probe.ring();
      checks.add(
          size.equals(RingConfig.DEFAULT)
              ? Check.ok("io_uring", "a ring can be set up")
              : Check.warn(
                  "io_uring",
                  ("a ring can be set up, with queues of %d and %d instead of %d and %d: the limit"
                          + " on locked memory is too low")
                      .formatted(
                          size.submissionEntries(),
                          size.completionEntries(),
                          RingConfig.DEFAULT.submissionEntries(),
                          RingConfig.DEFAULT.completionEntries()),
                  cure(RingUnavailableException.Reason.MEMORY)));
      return;
    }
    String message = String.valueOf(refusal.getMessage());
    int end = message.indexOf("; ");
    String value = end < 0 ? message : message.substring(0, end);
    checks.add(Check.fail("io_uring", value, cure(refusal.reason())));
    String disabled = machine.line("/proc/sys/kernel/io_uring_disabled");
    String seccomp = machine.status("Seccomp");
    checks.add(
        Check.ok(
            "refusal",
            "kernel.io_uring_disabled "
                + (disabled.isEmpty() ? "absent" : disabled)
                + ", seccomp "
                + switch (seccomp) {
                  case "0" -> "off";
                  case "1" -> "strict";
                  case "2" -> "filtering";
                  default -> "unknown";
                }));
  }

  private String cure(RingUnavailableException.Reason reason) {
    return switch (reason) {
      case LIBRARY -> "apt-get install liburing2";
      case SYSCTL -> "sysctl -w kernel.io_uring_disabled=0";
      case SECCOMP, NOT_IMPLEMENTED ->
          "allow io_uring_setup, io_uring_enter and io_uring_register in the container's seccomp"
              + " profile (docker run --security-opt seccomp=FILE; Kubernetes:"
              + " securityContext.seccompProfile)"
              + (reason == RingUnavailableException.Reason.NOT_IMPLEMENTED
                  ? ", or use a kernel built with CONFIG_IO_URING"
                  : "");
      case MEMORY -> "raise the limit on locked memory: ulimit -l 8192, LimitMEMLOCK=8M";
      case TOO_OLD -> "use Linux 6.1 or newer";
      case OTHER -> "report this with the kernel's version";
    };
  }

  private void operations() {
    List<String> there = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (OpKind kind : OpKind.values()) {
      (probe.operations().contains(kind) ? there : missing).add(kind.name());
    }
    List<String> needed =
        Report.USED.stream()
            .filter(kind -> kind != OpKind.FUTEX_WAIT && !probe.operations().contains(kind))
            .map(OpKind::name)
            .toList();
    String value = lower(there) + (missing.isEmpty() ? "" : "; missing: " + lower(missing));
    checks.add(
        needed.isEmpty()
            ? Check.ok("operations", value)
            : Check.fail(
                "operations", value, "required: " + lower(needed) + "; use a newer kernel"));
  }

  private void flags() {
    List<String> there = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    probe.setupFlags().forEach((name, has) -> (has ? there : missing).add(name));
    checks.add(
        missing.isEmpty()
            ? Check.ok("setup flags", lower(there))
            : Check.warn(
                "setup flags",
                lower(there) + "; missing: " + lower(missing),
                "use a newer kernel; without them completions interrupt the loop"));
  }

  private void container() {
    String container = machine.container();
    checks.add(Check.ok("container", container.isEmpty() ? "none detected" : container));
  }

  private void descriptors() {
    long limit = machine.softLimit("Max open files");
    String value = limit < 0 ? "unlimited" : String.valueOf(limit);
    checks.add(
        limit >= 0 && limit < FEW_DESCRIPTORS
            ? Check.warn(
                "open files",
                value,
                "each connection needs one: ulimit -n 65536, LimitNOFILE=65536")
            : Check.ok("open files", value));
  }

  /** All rings of one user count against this limit; since Linux 6.14 their queues count too. */
  private void lockedMemory() {
    long limit = machine.softLimit("Max locked memory");
    checks.add(Check.ok("locked memory", limit < 0 ? "unlimited" : limit + " bytes"));
  }

  private void backlog() {
    String value = machine.line("/proc/sys/net/core/somaxconn");
    boolean isShort = value.matches("\\d{1,9}") && Integer.parseInt(value) < SHORT_BACKLOG;
    checks.add(
        isShort
            ? Check.warn(
                "backlog", "net.core.somaxconn " + value, "sysctl -w net.core.somaxconn=4096")
            : Check.ok("backlog", "net.core.somaxconn " + value));
  }

  private void directory(Path directory) {
    Path real;
    try {
      real = directory.toRealPath();
    } catch (IOException absent) {
      checks.add(
          Check.fail("directory", directory + " does not exist", "name an existing directory"));
      return;
    }
    if (!Files.isDirectory(real) || !Files.isReadable(real) || !Files.isExecutable(real)) {
      checks.add(
          Check.fail("directory", real + " cannot be read", "chmod it, or run as its owner"));
      return;
    }
    String type = machine.fileSystem(real);
    String value = real + " on " + (type.isEmpty() ? "an unknown file system" : type);
    if (REMOTE.contains(type) || type.startsWith("fuse")) {
      checks.add(
          Check.warn(
              "directory",
              value,
              "kernel threads read files of a remote file system, which is slower"));
    } else {
      checks.add(Check.ok("directory", value));
    }
  }
}
