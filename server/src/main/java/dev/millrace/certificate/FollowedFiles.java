package dev.millrace.certificate;

import dev.millrace.certificate.CertificateFiles.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The files of one certificate, followed through changes. Not for concurrent use.
 *
 * <p>A changed file is recognised by what its path resolves to, with modification time, size and
 * inode. That includes the symbolic links which certbot ({@code live/} to {@code archive/}) and
 * Kubernetes ({@code ..data}) swap. A poll loads files only if they are as in the poll before, so
 * that a pair which is being written is not loaded.
 *
 * <p>Files that cannot be loaded are tried at every poll, because what is wrong need not be in
 * their state: permissions, the clock. A failure is logged and counted once for each state and
 * reason.
 */
final class FollowedFiles {
  private static final Logger LOG = Logger.getLogger("dev.millrace");

  /** Of an explicit reload, while the files change under it. */
  private static final int MAX_ATTEMPTS = 3;

  /**
   * One file.
   *
   * @param real what its path resolves to; null if it cannot be resolved, then the rest is empty
   */
  private record FileState(
      @Nullable Path real, @Nullable FileTime modified, long size, @Nullable Object inode) {
    static final FileState MISSING = new FileState(null, null, 0, null);

    static FileState of(Path file) {
      try {
        Path real = file.toRealPath();
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        return new FileState(
            real, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      } catch (IOException missing) {
        return MISSING; // loading says why
      }
    }
  }

  /** A failure that was reported: the state of the files and the message. */
  private record Failure(List<FileState> state, String message) {}

  private final Location location;
  private final InstantSource clock;
  private final ServerCertificate first;
  private List<FileState> loaded;
  private List<FileState> seen;
  private @Nullable Failure reported;
  private final AtomicLong loads = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();

  /** Loads the files for the first time. */
  FollowedFiles(Location location, InstantSource clock) throws BadCertificateException {
    this.location = location;
    this.clock = clock;
    this.loaded = state();
    this.seen = loaded;
    this.first = CertificateFiles.load(location, clock);
  }

  private List<FileState> state() {
    List<FileState> state = new ArrayList<>();
    state.add(FileState.of(location.cert()));
    if (location.key() != null) {
      state.add(FileState.of(location.key()));
    }
    if (location.passwordFile() != null) {
      state.add(FileState.of(location.passwordFile()));
    }
    return state;
  }

  /** The certificate that was loaded first. */
  ServerCertificate first() {
    return first;
  }

  /** Changed files that were loaded. Any thread. */
  long loads() {
    return loads.get();
  }

  /** Failures to load changed files, each counted once. Any thread. */
  long failures() {
    return failures.get();
  }

  /** The certificate of the files if they have changed and are the same in two polls, or null. */
  @Nullable ServerCertificate poll() {
    List<FileState> now = state();
    boolean isSettled = now.equals(seen);
    seen = now;
    return isSettled ? loadIfChanged(now) : null;
  }

  /** The certificate of the files if they have changed, or null. */
  @Nullable ServerCertificate reload() {
    ServerCertificate changed = null;
    for (int attempt = 0; attempt < MAX_ATTEMPTS && changed == null; attempt++) {
      seen = state();
      changed = loadIfChanged(seen);
      if (seen.equals(state())) {
        break;
      }
    }
    return changed;
  }

  private @Nullable ServerCertificate loadIfChanged(List<FileState> now) {
    if (now.equals(loaded)) {
      reported = null;
      return null;
    }
    try {
      ServerCertificate certificate = CertificateFiles.load(location, clock);
      loaded = now; // not the state after loading: a change in between is loaded next time
      reported = null;
      var _ = loads.incrementAndGet();
      LOG.log(
          Level.INFO,
          "certificate {0} was loaded again: for {1}, valid until {2}",
          new Object[] {
            certificate.source(),
            String.join(", ", certificate.names()),
            certificate.notAfter().toString()
          });
      return certificate;
    } catch (BadCertificateException wrong) {
      if (now.equals(state())) { // otherwise a pair changed between its files, and is loaded next
        report(new Failure(now, String.valueOf(wrong.getMessage())));
      }
      return null;
    }
  }

  private void report(Failure failure) {
    if (!Objects.equals(failure, reported)) {
      reported = failure;
      var _ = failures.incrementAndGet();
      LOG.log(
          Level.WARNING,
          "a changed certificate was not loaded, the former one is kept: {0}",
          failure.message());
    }
  }
}
