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
 * The mounts' roots, each followed to where its path leads: a symbolic link that is changed, a
 * directory that is made anew, a mount over it, a FUSE server that was restarted. A thread looks
 * twice within the time that a path is trusted; another thread looks when readiness is asked for.
 *
 * <p>A root that cannot be opened is gone: its mount answers 503 until it is back, and the log says
 * so once.
 */
final class Roots implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("dev.millrace");
  private static final Duration MIN_PERIOD = Duration.ofMillis(50);
  private static final Duration MAX_PERIOD = Duration.ofSeconds(1);

  /** Is told of a mount's new root. */
  @FunctionalInterface
  interface Listener {
    /**
     * On any thread.
     *
     * @param mount its number
     * @param root to be held by each user for itself before this returns; null if it is gone
     */
    void changed(int mount, @Nullable Root root);
  }

  /** One mount. By its mutex. */
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
      throw new StartException("root: " + root + " may not be read", new IOException());
    }
    try {
      return Root.open(root.toAbsolutePath());
    } catch (ErrnoException failed) {
      throw new StartException("root: " + failed.getMessage(), failed);
    }
  }

  /** Tells each mount's present root, and then every change. Once. */
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
        LOG.log(Level.SEVERE, "the roots could not be followed", failure); // and are, next time
      }
    }
  }

  /** Follows all roots; false if one is gone. May wait for a disk. Any thread. */
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
            "root {0} is gone: {1}; its requests are answered 503 until it is back",
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
            : "root {0} leads to another directory, which is served",
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

  /** Follows no more; the present roots stay open until their users release them. */
  @Override
  public void close() {
    closed = true;
    Thread watching = thread;
    if (watching != null) {
      LockSupport.unpark(watching);
    }
    for (Followed followed : all) {
      // A look that hangs in a file system keeps the mutex and its root.
      if (followed.mutex.tryLock()) {
        Root root = followed.root;
        followed.root = null;
        if (root != null) {
          root.release();
        }
        followed.mutex.unlock();
      }
    }
  }
}
