package dev.millrace.server;

import dev.millrace.content.Mount;
import dev.millrace.files.Root;
import dev.millrace.sync.Mutex;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The roots of all mounts. Each root follows its path: a symbolic link that changes, a directory
 * that is created again, a file system mounted over it, a FUSE server that restarts. A thread
 * checks all roots twice within the time that a path is trusted; readiness checks do so too, on
 * their own thread.
 *
 * <p>While a root cannot be opened, its mount responds with 503; the log has one line for that.
 */
final class Roots implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");
  private static final Duration MIN_PERIOD = Duration.ofMillis(50);
  private static final Duration MAX_PERIOD = Duration.ofSeconds(1);

  /** Notified when a mount's root changes. */
  @FunctionalInterface
  interface Listener {
    /**
     * Called on any thread.
     *
     * @param mount number of the mount
     * @param root the new root, which each user must hold before this returns; null if it cannot be
     *     opened
     */
    void changed(int mount, @Nullable Root root);
  }

  /** One mount; guarded by its mutex. */
  private static final class Followed {
    final Path path;
    final Mutex mutex = new Mutex();
    @Nullable Root root;

    Followed(Path path, Root root) {
      this.path = path;
      this.root = root;
    }
  }

  private final List<Followed> all = new ArrayList<>();
  private final Duration period;
  private volatile Listener listener = (mount, root) -> {};
  private volatile boolean closed;
  private @Nullable Thread thread;

  private Roots(Duration revalidate) {
    Duration half = revalidate.dividedBy(2);
    Duration bounded = half.compareTo(MAX_PERIOD) < 0 ? half : MAX_PERIOD;
    this.period = bounded.compareTo(MIN_PERIOD) < 0 ? MIN_PERIOD : bounded;
  }

  /**
   * Opens the roots of all mounts.
   *
   * @param revalidate how long a path is trusted
   * @throws StartException if one cannot be opened; none stays open
   */
  static Roots open(List<Mount> mounts, Duration revalidate) throws StartException {
    Roots roots = new Roots(revalidate);
    try {
      for (Mount mount : mounts) {
        roots.all.add(new Followed(mount.root().toAbsolutePath(), first(mount.root())));
      }
      return roots;
    } catch (StartException failed) {
      roots.close();
      throw failed;
    }
  }

  private static Root first(Path root) throws StartException {
    if (!Files.exists(root)) {
      throw new StartException("root: " + root + " does not exist", new IOException());
    }
    if (!Files.isDirectory(root)) {
      throw new StartException("root: " + root + " is not a directory", new IOException());
    }
    if (!Files.isReadable(root) || !Files.isExecutable(root)) {
      throw new StartException("root: " + root + " is not readable", new IOException());
    }
    try {
      return Root.open(root.toAbsolutePath());
    } catch (ErrnoException failed) {
      throw new StartException("root: " + failed.getMessage(), failed);
    }
  }

  /** Notifies a listener of each mount's current root, then of every change. Call once. */
  void follow(Listener changes) {
    listener = changes;
    for (int mount = 0; mount < all.size(); mount++) {
      changes.changed(mount, all.get(mount).root);
    }
    thread = Thread.ofPlatform().daemon().name("millrace-roots").start(this::watch);
  }

  private void watch() {
    while (!closed) {
      LockSupport.parkNanos(period.toNanos());
      try {
        boolean _ = areThere();
      } catch (RuntimeException | Error failure) {
        LOG.log(Level.SEVERE, "cannot check the roots", failure); // tried again
      }
    }
  }

  /** Checks all roots; false if one cannot be opened. May block on a disk. Any thread. */
  boolean areThere() {
    boolean there = true;
    for (int mount = 0; mount < all.size() && !closed; mount++) {
      there &= isThere(mount);
    }
    return there;
  }

  private boolean isThere(int mount) {
    Followed followed = all.get(mount);
    followed.mutex.lock();
    try {
      return closed || follow(mount, followed);
    } finally {
      followed.mutex.unlock();
      if (closed) {
        release(followed);
      }
    }
  }

  /**
   * Releases the root of a closed object, unless a check is under way, which does so at its end.
   */
  private static void release(Followed followed) {
    if (followed.mutex.tryLock()) {
      Root root = followed.root;
      followed.root = null;
      if (root != null) {
        root.release();
      }
      followed.mutex.unlock();
    }
  }

  private boolean follow(int mount, Followed followed) {
    Root before = followed.root;
    Root now;
    try {
      now = Root.open(followed.path);
    } catch (ErrnoException failed) {
      if (before != null) {
        LOG.log(
            Level.WARNING,
            "root {0} is gone: {1}; responding with 503 until it is back",
            new Object[] {followed.path, failed.getMessage()});
        change(mount, followed, null);
      }
      return false;
    }
    if (before != null && before.matches(now)) {
      now.release();
      return true;
    }
    LOG.log(
        Level.INFO,
        before == null
            ? "root {0} is back"
            : "root {0} is a different directory now, which is served",
        followed.path);
    change(mount, followed, now);
    return true;
  }

  private void change(int mount, Followed followed, @Nullable Root next) {
    Root before = followed.root;
    followed.root = next;
    listener.changed(mount, next);
    if (before != null) {
      before.release();
    }
  }

  /** Stops checking; the current roots stay open until their users release them. */
  @Override
  public void close() {
    closed = true;
    Thread watching = thread;
    if (watching != null) {
      LockSupport.unpark(watching);
    }
    // A check that hangs in a file system keeps its mutex, so its root stays open until it ends.
    all.forEach(Roots::release);
  }
}
