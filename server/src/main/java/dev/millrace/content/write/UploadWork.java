package dev.millrace.content.write;

import dev.millrace.content.WriteRule.Action;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.digest.FileVersion;
import dev.millrace.digest.IndexedFile;
import dev.millrace.file.FileStat;
import dev.millrace.files.FileTree;
import dev.millrace.files.OpenFile;
import dev.millrace.files.StagedFile;
import dev.millrace.files.WritableDirectory;
import dev.millrace.sync.SyncThread;
import dev.millrace.sync.ffi.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of an upload that waits for a disk or a processor: writes and hashes the body, then
 * gives the file its name. Worker threads, one at a time.
 */
final class UploadWork implements AutoCloseable {
  /** The same as for hashing of files: uploads use the time that downloads leave. */
  private static final int NICENESS = 19;

  private static final int CHUNK_BYTES = 64 << 10;

  private static final ThreadLocal<byte[]> CHUNK =
      ThreadLocal.withInitial(() -> {
        SyncThread.lowerPriority(NICENESS);
        return new byte[CHUNK_BYTES];
      });

  /**
   * A file that was stored.
   *
   * @param created whether there was none before
   */
  record Stored(boolean created, FileStat stat, Digests digests) {}

  private final Target target;
  private final WriteServices services;
  private final Map<Algorithm, MessageDigest> running = new EnumMap<>(Algorithm.class);
  private @Nullable WritableDirectory directory;
  private @Nullable StagedFile file;
  private long position;
  private boolean closed;

  UploadWork(Target target, WriteServices services, Set<Algorithm> algorithms) {
    this.target = target;
    this.services = services;
    algorithms.forEach(algorithm -> running.put(algorithm, algorithm.start()));
  }

  /**
   * Checks all that can be checked before the body, and creates the file without a name.
   *
   * @param announcedBytes length of the body, or -1
   */
  void open(long announcedBytes) throws WriteException {
    byte[] _ = CHUNK.get(); // lowers the priority
    try {
      UploadSettings settings = services.settings();
      WritableDirectory opened = target.open(settings.makesParents());
      directory = opened;
      FileStat there = target.checkFile(opened);
      target.require(there == null ? Action.CREATE : Action.REPLACE);
      long free = opened.freeBytes() - settings.minFreeBytes();
      if (free < Math.max(0, announcedBytes)) {
        throw new WriteException(
            WriteException.INSUFFICIENT_STORAGE, "the file system has no room for this body");
      }
      file = StagedFile.create(opened, target.staging(), settings.mode());
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }

  /** Appends the bytes between position and limit of a direct buffer. */
  void append(ByteBuffer bytes) throws WriteException {
    byte[] chunk = CHUNK.get();
    int length = bytes.remaining();
    MemorySegment memory = MemorySegment.ofBuffer(bytes);
    for (int done = 0; done < length; ) {
      int n = Math.min(chunk.length, length - done);
      bytes.get(chunk, 0, n);
      for (MessageDigest digest : running.values()) {
        digest.update(chunk, 0, n);
      }
      done += n;
    }
    try {
      open().write(memory, length, position);
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
    position += length;
    services.stats().received(length);
  }

  /** Does all for a body that is complete: opens, appends, commits and closes. */
  Stored store(ByteBuffer body, ExpectedDigests expected) throws WriteException {
    try {
      open(body.remaining());
      append(body);
      return commit(expected);
    } finally {
      close();
    }
  }

  private StagedFile open() {
    StagedFile opened = file;
    if (opened == null) {
      throw new IllegalStateException("open first");
    }
    return opened;
  }

  /**
   * Checks the digests, and gives the file its name.
   *
   * @throws WriteException if the file was not stored
   */
  Stored commit(ExpectedDigests expected) throws WriteException {
    Map<Algorithm, byte[]> values = new EnumMap<>(Algorithm.class);
    running.forEach((algorithm, digest) -> values.put(algorithm, digest.digest()));
    Digests digests = Digests.of(values);
    expected.check(digests);
    WritableDirectory parent = directory;
    if (parent == null) {
      throw new IllegalStateException("open first");
    }
    try {
      StagedFile staged = open();
      if (services.settings().syncs()) {
        staged.sync();
      }
      boolean created = publish(staged, parent);
      if (services.settings().syncs()) {
        parent.sync();
      }
      FileStat stat = staged.stat();
      byte[] path = parent.path();
      services.stored(
          new IndexedFile(
              FileVersion.of(stat),
              digests,
              path == null ? null : FileTree.join(path, target.name())));
      return new Stored(created, stat, digests);
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }

  /** A file that is replaced keeps the properties that WebDAV clients have set. */
  private void keepProperties(StagedFile staged) throws ErrnoException {
    if (target.mount().policy().webdav()) {
      try (OpenFile replaced = target.openSelf()) {
        staged.copyAttribute(replaced, Target.PROPERTIES_ATTRIBUTE);
      }
    }
  }

  /** Returns whether the file is new. */
  private boolean publish(StagedFile staged, WritableDirectory parent)
      throws WriteException, ErrnoException {
    services.commits().lock();
    try {
      FileStat there = target.checkFile(parent);
      target.require(there == null ? Action.CREATE : Action.REPLACE);
      if (there != null) {
        keepProperties(staged);
        staged.replace(target.name());
        return false;
      }
      staged.publish(target.name());
      return true;
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.EEXIST) { // another server was faster
        throw new WriteException(
            target.preconditions().fields().ifNoneMatch() == null
                ? StatusCodes.CONFLICT
                : StatusCodes.PRECONDITION_FAILED,
            "another client has just created the file");
      }
      throw failed;
    } finally {
      services.commits().unlock();
    }
  }

  /** Removes the file unless it has its name, and releases the root. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    StagedFile staged = file;
    if (staged != null) {
      staged.close();
    }
    WritableDirectory opened = directory;
    if (opened != null) {
      opened.close();
    }
    target.root().release();
  }
}
