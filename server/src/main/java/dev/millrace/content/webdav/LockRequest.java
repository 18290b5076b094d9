package dev.millrace.content.webdav;

import dev.millrace.content.MountContext;
import dev.millrace.content.WriteRule.Action;
import dev.millrace.content.lock.LockTable;
import dev.millrace.content.lock.LockTable.Lock;
import dev.millrace.content.webdav.XmlElement.MalformedException;
import dev.millrace.content.write.Target;
import dev.millrace.content.write.Target.Change;
import dev.millrace.content.write.WriteException;
import dev.millrace.content.write.WriteServices;
import dev.millrace.file.FileStat;
import dev.millrace.files.StagedFile;
import dev.millrace.files.WritableDirectory;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;
import java.time.Duration;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A LOCK, and what it returns (RFC 4918 §9.10). Worker threads. */
final class LockRequest {
  private static final Pattern SECONDS = Pattern.compile("(?i)second-(\\d{1,9})");
  private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);
  private static final int MAX_OWNER_CHARACTERS = 2048;

  /**
   * The result.
   *
   * @param created whether the path was empty before, and now has an empty file
   * @param refreshed whether the lock existed before
   * @param xml the body of the response
   */
  record Locked(Lock lock, boolean created, boolean refreshed, String xml) {}

  private final boolean refreshes;
  private final boolean exclusive;
  private final String owner;
  private final boolean infinite;
  private final Duration timeout;

  /**
   * Parses the request.
   *
   * @param depth the Depth field, or null
   * @param timeout the Timeout field, or null
   */
  LockRequest(byte[] body, @Nullable String depth, @Nullable String timeout)
      throws WriteException, MalformedException {
    this.timeout = timeout(timeout);
    this.refreshes = body.length == 0;
    this.infinite = depth == null || depth.equalsIgnoreCase("infinity");
    if (depth != null && !infinite && !depth.equals("0")) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "Depth of a lock is 0 or infinity");
    }
    if (refreshes) {
      exclusive = false;
      owner = "";
      return;
    }
    XmlElement root = XmlElement.parse(body);
    XmlElement scope = root.child("lockscope").orElse(root);
    XmlElement type = root.child("locktype").orElse(root);
    boolean shared = scope.child("shared").isPresent();
    exclusive = scope.child("exclusive").isPresent();
    if (!root.is("lockinfo") || shared == exclusive || type.child("write").isEmpty()) {
      throw new MalformedException("the XML is no lockinfo element for a write lock");
    }
    StringBuilder text = new StringBuilder();
    root.child("owner").ifPresent(element -> element.write(text));
    if (text.length() > MAX_OWNER_CHARACTERS) {
      throw new MalformedException("the owner is too long");
    }
    owner = text.toString();
  }

  private static Duration timeout(@Nullable String field) {
    if (field == null) {
      return DEFAULT_TIMEOUT;
    }
    for (String choice : field.split(",", -1)) {
      Matcher seconds = SECONDS.matcher(choice.strip());
      if (seconds.matches()) {
        return Duration.ofSeconds(Long.parseLong(seconds.group(1)));
      }
      if (choice.strip().equalsIgnoreCase("infinite")) {
        return LockTable.MAX_TIMEOUT;
      }
    }
    return DEFAULT_TIMEOUT;
  }

  /**
   * Locks the target, or refreshes its lock.
   *
   * @param href of the target
   */
  Locked run(Target target, WriteServices services, String href)
      throws WriteException, ErrnoException {
    try {
      return refreshes ? refresh(target) : lock(target, services, href);
    } catch (LockTable.FullException full) {
      throw new WriteException(StatusCodes.SERVICE_UNAVAILABLE, String.valueOf(full.getMessage()));
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }

  private Locked refresh(Target target) throws WriteException {
    Iterator<String> tokens = target.preconditions().ifs().tokens().iterator();
    if (!tokens.hasNext()) {
      throw new WriteException(
          StatusCodes.BAD_REQUEST, "a LOCK without a body has the lock's token in If");
    }
    Lock lock =
        target
            .locks()
            .refresh(tokens.next(), target.lockPath(), target.preconditions().user(), timeout)
            .orElseThrow(() ->
                new WriteException(StatusCodes.PRECONDITION_FAILED, "there is no such lock")
                    .condition("lock-token-matches-request-uri", ""));
    return new Locked(lock, false, true, xml(target.mount(), target.locks(), lock));
  }

  private Locked lock(Target target, WriteServices services, String href)
      throws WriteException, ErrnoException, LockTable.FullException {
    services.commits().lock();
    try (WritableDirectory directory = target.open(false)) {
      FileStat there = directory.stat(target.name());
      target.checkConditions(there);
      if (there != null && !there.isRegularFile() && !there.isDirectory()) {
        throw new WriteException(StatusCodes.CONFLICT, "the name is not that of a regular file");
      }
      if (there == null) {
        target.require(Action.CREATE);
        target.checkLocks(null, Change.CONTENT);
      }
      LockTable.Result result =
          target
              .locks()
              .acquire(
                  target.lockPath(),
                  href,
                  infinite,
                  exclusive,
                  owner,
                  target.preconditions().user(),
                  timeout);
      if (result.conflict()) {
        throw new WriteException(WriteException.LOCKED, "the path is locked")
            .condition("no-conflicting-lock", result.lock().url());
      }
      if (there == null) {
        createEmpty(target, services, directory, result.lock());
      }
      return new Locked(
          result.lock(), there == null, false, xml(target.mount(), target.locks(), result.lock()));
    } finally {
      services.commits().unlock();
    }
  }

  /** A locked path exists (RFC 4918 §7.3). */
  private static void createEmpty(
      Target target, WriteServices services, WritableDirectory directory, Lock lock)
      throws ErrnoException {
    try (StagedFile empty =
        StagedFile.create(directory, target.staging(), services.settings().mode())) {
      empty.publish(directory, target.name());
    } catch (ErrnoException failed) {
      boolean _ = target.locks().release(lock.token(), lock.path(), lock.user());
      throw failed;
    }
  }

  private static String xml(MountContext mount, LockTable locks, Lock lock) {
    StringBuilder out =
        new StringBuilder(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:prop xmlns:D=\"DAV:\"><D:lockdiscovery>");
    new LiveProperties(mount, locks).active(out, lock);
    return out.append("</D:lockdiscovery></D:prop>\n").toString();
  }
}
