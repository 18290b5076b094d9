package dev.millrace.content.write;

import dev.millrace.content.WriteRule.Action;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.files.StagedFile;
import dev.millrace.files.WritableDirectory;
import dev.millrace.uring.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes and hashes a body that one request has, then gives the file its name. */
final class UploadWork implements BodyWork {
  private final Target target;
  private final WriteServices services;
  private final RunningDigests running;
  private @Nullable WritableDirectory directory;
  private @Nullable StagedFile file;
  private boolean closed;

  UploadWork(Target target, WriteServices services, Set<Algorithm> algorithms) {
    this.target = target;
    this.services = services;
    this.running = new RunningDigests(algorithms);
  }

  @Override
  public boolean keepsParts() {
    return false;
  }

  @Override
  public void open(long announcedBytes) throws WriteException {
    RunningDigests.prepareThread();
    try {
      WritableDirectory opened = openDirectory(target, services, announcedBytes);
      directory = opened;
      file = StagedFile.create(opened, target.staging(), services.settings().mode());
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }

  /**
   * Opens the directory of a target, and checks what can be checked before the body.
   *
   * @param bytes that will be written, or -1
   */
  static WritableDirectory openDirectory(Target target, WriteServices services, long bytes)
      throws WriteException, ErrnoException {
    UploadSettings settings = services.settings();
    WritableDirectory opened = target.open(settings.makesParents());
    try {
      FileStat there = target.checkFile(opened);
      target.require(there == null ? Action.CREATE : Action.REPLACE);
      if (opened.freeBytes() - settings.minFreeBytes() < Math.max(0, bytes)) {
        throw new WriteException(
            WriteException.INSUFFICIENT_STORAGE, "the file system has no room for this body");
      }
      return opened;
    } catch (WriteException | ErrnoException | RuntimeException | Error failed) {
      opened.close();
      throw failed;
    }
  }

  @Override
  public void append(ByteBuffer bytes) throws WriteException {
    long position = running.position();
    running.update(bytes);
    int length = bytes.remaining();
    try {
      open().write(MemorySegment.ofBuffer(bytes), length, position);
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
    services.stats().received(length);
  }

  private StagedFile open() {
    StagedFile opened = file;
    if (opened == null) {
      throw new IllegalStateException("open first");
    }
    return opened;
  }

  @Override
  public Optional<Stored> commit(ExpectedDigests expected) throws WriteException {
    Digests digests = running.finish();
    expected.check(digests);
    WritableDirectory parent = directory;
    if (parent == null) {
      throw new IllegalStateException("open first");
    }
    try {
      return Optional.of(Publication.publish(target, services, open(), parent, digests));
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }

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
