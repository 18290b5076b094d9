package dev.millrace.content.lock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The write locks of all mounts (RFC 4918 §6 and §7), in memory: a restart ends them. Any thread.
 *
 * <p>A path is that of the file system, absolute, with slashes between names and no final slash.
 */
public final class LockTable {
  /** The longest time that a client gets; it refreshes the lock before that has passed. */
  public static final Duration MAX_TIMEOUT = Duration.ofHours(1);

  private static final int MAX_OWNER_CHARACTERS = 4096;

  /**
   * One lock.
   *
   * @param token a URI
   * @param path that is locked
   * @param url of that path, as in responses
   * @param infinite whether everything below the path is locked too
   * @param exclusive whether there can be no other lock of the path
   * @param owner the client's XML that describes the owner; empty for none
   * @param user who has locked it, or null if the client was not authenticated
   * @param timeout after its creation or last refresh
   * @param expiresNanos as {@link System#nanoTime}
   */
  public record Lock(
      String token,
      String path,
      String url,
      boolean infinite,
      boolean exclusive,
      String owner,
      @Nullable String user,
      Duration timeout,
      long expiresNanos) {
    private boolean covers(String other) {
      return other.equals(path) || (infinite && isBelow(other, path));
    }

    private boolean admits(Collection<String> tokens, @Nullable String by) {
      return tokens.contains(token) && Objects.equals(user, by);
    }
  }

  /** There are as many locks as there may be. */
  public static final class FullException extends Exception {
    private static final long serialVersionUID = 1;

    FullException(int max) {
      super("there are " + max + " locks already");
    }
  }

  private final int max;
  private final LongSupplier nanoTime;
  private final TreeMap<String, List<Lock>> byPath = new TreeMap<>();
  private final Map<String, Lock> byToken = new HashMap<>();
  private long soonestNanos; // no lock expires before; valid while there are locks

  /**
   * @param max locks at a time
   */
  public LockTable(int max) {
    this(max, System::nanoTime);
  }

  LockTable(int max, LongSupplier nanoTime) {
    this.max = max;
    this.nanoTime = nanoTime;
  }

  static boolean isBelow(String path, String directory) {
    return path.length() > directory.length()
        && path.startsWith(directory)
        && path.charAt(directory.length()) == '/';
  }

  /** The locks that exist now. */
  public synchronized int size() {
    expire();
    return byToken.size();
  }

  /**
   * Locks a path.
   *
   * @return the lock, or a conflicting one
   * @throws FullException if there are too many locks
   */
  public synchronized Result acquire(
      String path,
      String url,
      boolean infinite,
      boolean exclusive,
      String owner,
      @Nullable String user,
      Duration timeout)
      throws FullException {
    if (owner.length() > MAX_OWNER_CHARACTERS) {
      throw new IllegalArgumentException("the owner is too long");
    }
    expire();
    List<Lock> others = new ArrayList<>(covering(path));
    if (infinite) {
      others.addAll(below(path));
    }
    for (Lock other : others) {
      if (exclusive || other.exclusive) {
        return new Result(other, true);
      }
    }
    if (byToken.size() >= max) {
      throw new FullException(max);
    }
    Duration bounded = timeout.compareTo(MAX_TIMEOUT) > 0 ? MAX_TIMEOUT : timeout;
    Lock lock =
        new Lock(
            "urn:uuid:" + UUID.randomUUID(),
            path,
            url,
            infinite,
            exclusive,
            owner,
            user,
            bounded,
            nanoTime.getAsLong() + bounded.toNanos());
    put(lock);
    return new Result(lock, false);
  }

  /**
   * The result of an attempt to lock.
   *
   * @param lock the new one, or the one with which it conflicts
   */
  public record Result(Lock lock, boolean conflict) {}

  /** Extends a lock that covers a path; empty if the user has no such lock. */
  public synchronized Optional<Lock> refresh(
      String token, String path, @Nullable String user, Duration timeout) {
    Lock old = find(token, path, user);
    if (old == null) {
      return Optional.empty();
    }
    Duration bounded = timeout.compareTo(MAX_TIMEOUT) > 0 ? MAX_TIMEOUT : timeout;
    Lock lock =
        new Lock(
            token,
            old.path,
            old.url,
            old.infinite,
            old.exclusive,
            old.owner,
            user,
            bounded,
            nanoTime.getAsLong() + bounded.toNanos());
    remove(old);
    put(lock);
    return Optional.of(lock);
  }

  /** Ends a lock that covers a path; false if the user has no such lock. */
  public synchronized boolean release(String token, String path, @Nullable String user) {
    Lock lock = find(token, path, user);
    if (lock == null) {
      return false;
    }
    remove(lock);
    return true;
  }

  private @Nullable Lock find(String token, String path, @Nullable String user) {
    expire();
    Lock lock = byToken.get(token);
    return lock == null || !lock.covers(path) || !Objects.equals(lock.user, user) ? null : lock;
  }

  /** Ends the locks of a path and of everything below it: it was removed or moved. */
  public synchronized void removed(String path) {
    List<Lock> ended = new ArrayList<>(byPath.getOrDefault(path, List.of()));
    ended.addAll(below(path));
    ended.forEach(this::remove);
  }

  /** The locks that apply to a path. */
  public synchronized List<Lock> of(String path) {
    expire();
    return covering(path);
  }

  /** Whether a lock with this token applies to a path. */
  public synchronized boolean isLockedBy(String token, String path) {
    expire();
    Lock lock = byToken.get(token);
    return lock != null && lock.covers(path);
  }

  /**
   * Returns a lock that keeps a request from writing, or null. Of the locks that apply to a path,
   * the request must have submitted one (§7.5).
   *
   * @param membership whether the request adds the path to its directory or removes it, for which
   *     the directory's locks count too (§7.4)
   * @param deep whether the request writes everything below the path
   * @param tokens that the request has submitted
   */
  public synchronized @Nullable Lock barrier(
      String path,
      boolean membership,
      boolean deep,
      Collection<String> tokens,
      @Nullable String user) {
    if (byToken.isEmpty()) {
      return null;
    }
    expire();
    Lock barrier = barrier(covering(path), tokens, user);
    if (barrier == null && membership && path.lastIndexOf('/') > 0) {
      barrier = barrier(covering(path.substring(0, path.lastIndexOf('/'))), tokens, user);
    }
    if (barrier == null && deep) {
      for (Lock lock : below(path)) {
        barrier = barrier(byPath.getOrDefault(lock.path, List.of()), tokens, user);
        if (barrier != null) {
          return barrier;
        }
      }
    }
    return barrier;
  }

  private static @Nullable Lock barrier(
      List<Lock> locks, Collection<String> tokens, @Nullable String user) {
    return locks.isEmpty() || locks.stream().anyMatch(lock -> lock.admits(tokens, user))
        ? null
        : locks.getFirst();
  }

  private List<Lock> covering(String path) {
    List<Lock> found = new ArrayList<>();
    String at = path;
    while (true) {
      for (Lock lock : byPath.getOrDefault(at, List.of())) {
        if (lock.covers(path)) {
          found.add(lock);
        }
      }
      int slash = at.lastIndexOf('/');
      if (slash < 0) {
        return found;
      }
      at = at.substring(0, slash);
    }
  }

  private List<Lock> below(String path) {
    List<Lock> found = new ArrayList<>();
    byPath.subMap(path + "/", path + "0").values().forEach(found::addAll); // '0' follows '/'
    return found;
  }

  private void put(Lock lock) {
    if (byToken.isEmpty() || lock.expiresNanos - soonestNanos < 0) {
      soonestNanos = lock.expiresNanos;
    }
    byToken.put(lock.token, lock);
    byPath.computeIfAbsent(lock.path, _ -> new ArrayList<>()).add(lock);
  }

  private void remove(Lock lock) {
    byToken.remove(lock.token);
    byPath.computeIfPresent(
        lock.path,
        (_, locks) -> {
          locks.removeIf(other -> other.token.equals(lock.token));
          return locks.isEmpty() ? null : locks;
        });
  }

  private void expire() {
    long now = nanoTime.getAsLong();
    if (byToken.isEmpty() || now - soonestNanos < 0) {
      return;
    }
    List<Lock> expired =
        byToken.values().stream().filter(lock -> lock.expiresNanos - now <= 0).toList();
    expired.forEach(this::remove);
    byToken.values().stream()
        .map(Lock::expiresNanos)
        .min((one, other) -> Long.signum(one - other))
        .ifPresent(soonest -> soonestNanos = soonest);
  }

  /** Seconds until a lock expires. */
  public long secondsLeft(Lock lock) {
    return Math.max(0, Duration.ofNanos(lock.expiresNanos - nanoTime.getAsLong()).toSeconds());
  }
}
