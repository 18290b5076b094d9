package dev.millrace.content.write;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.files.PartialFile;
import dev.millrace.files.StagingArea;
import dev.millrace.files.WritableDirectory;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Appends the body of one request to the file of a resumable upload; with the last one the file
 * gets its name. What a request that ends early has sent is kept.
 */
final class PartialWork implements BodyWork {
  private static final int READ_BYTES = 256 << 10;

  /**
   * The request.
   *
   * @param token of the upload
   * @param creates whether it begins the upload
   * @param offset of its body
   * @param learnsLength whether it is the first to say how long the file is
   * @param ends whether its body is the last one; if not, it is if it reaches the known length
   * @param ofBody digests of the body itself
   */
  record Part(
      String token,
      boolean creates,
      long offset,
      boolean learnsLength,
      boolean ends,
      ExpectedDigests ofBody) {
    Part learningLength() {
      return new Part(token, creates, offset, true, ends, ofBody);
    }
  }

  private final Target target;
  private final WriteServices services;
  private final PartialInfo info;
  private final Part part;
  private final Set<Algorithm> algorithms;
  private final @Nullable RunningDigests ofBody;
  private @Nullable WritableDirectory directory;
  private @Nullable PartialFile file;
  private @Nullable RunningDigests whole; // null if the bytes before must be read again
  private long position;
  private boolean gone; // the file has its name, or is removed
  private boolean closed;

  /**
   * @param target with the preconditions of the upload
   * @param algorithms of the file's digests
   */
  PartialWork(
      Target target,
      WriteServices services,
      PartialInfo info,
      Part part,
      Set<Algorithm> algorithms) {
    this.target = target;
    this.services = services;
    this.info = info;
    this.part = part;
    this.algorithms = algorithms;
    Set<Algorithm> checked = part.ofBody.algorithms(Set.of());
    this.ofBody = checked.isEmpty() ? null : new RunningDigests(checked);
  }

  @Override
  public boolean keepsParts() {
    return true;
  }

  /** The bytes that are written. */
  long position() {
    return position;
  }

  @Override
  public void open(long announcedBytes) throws WriteException {
    RunningDigests.prepareThread();
    StagingArea area = target.staging();
    try {
      long left = info.length() < 0 ? announcedBytes : info.length() - part.offset;
      directory = UploadWork.openDirectory(target, services, left);
      if (part.creates) {
        services.sweepSometimes(area);
        if (PartialFile.unfinished(area).size() >= services.settings().maxUnfinished()) {
          throw new WriteException(
              StatusCodes.SERVICE_UNAVAILABLE, "too many uploads are unfinished");
        }
        file = PartialFile.create(area, part.token, services.settings().mode(), info.toBytes());
        whole = new RunningDigests(algorithms);
      } else {
        PartialFile opened = PartialFile.open(area, part.token);
        file = opened;
        position = opened.stat().sizeBytes();
        checkOffset();
        if (part.learnsLength) {
          opened.info(info.toBytes());
        }
        whole = services.kept().take(part.token, position);
      }
    } catch (ErrnoException failed) {
      throw failure(failed);
    }
    if (info.length() >= 0 && announcedBytes >= 0 && position + announcedBytes > info.length()) {
      throw beyondLength();
    }
  }

  private void checkOffset() throws WriteException {
    if (position != part.offset) {
      throw new WriteException(StatusCodes.CONFLICT, "the offset is not that of the upload")
          .type("mismatching-upload-offset")
          .with("expected-offset", Long.toString(position))
          .with("provided-offset", Long.toString(part.offset))
          .field(ResumableResponse.UPLOAD_OFFSET, Long.toString(position));
    }
  }

  private static WriteException failure(ErrnoException failed) {
    return switch (failed.errno()) {
      case Errno.ENOENT -> new WriteException(StatusCodes.NOT_FOUND, "there is no such upload");
      case Errno.EAGAIN ->
          new WriteException(
              StatusCodes.SERVICE_UNAVAILABLE, "another server continues this upload");
      default -> WriteException.of(failed);
    };
  }

  private static WriteException beyondLength() {
    return new WriteException(StatusCodes.BAD_REQUEST, "the body exceeds the upload's length")
        .type("inconsistent-upload-length");
  }

  private PartialFile open() {
    PartialFile opened = file;
    if (opened == null) {
      throw new IllegalStateException("open first");
    }
    return opened;
  }

  @Override
  public void append(ByteBuffer bytes) throws WriteException {
    int length = bytes.remaining();
    if (info.length() >= 0 && position + length > info.length()) {
      throw beyondLength();
    }
    if (position + length > services.settings().maxBytes()) {
      throw Upload.tooLarge(services.settings());
    }
    try {
      open().write(MemorySegment.ofBuffer(bytes), length, position);
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
    if (whole != null) {
      whole.update(bytes);
    }
    if (ofBody != null) {
      ofBody.update(bytes);
    }
    position += length;
    services.stats().received(length);
  }

  @Override
  public Optional<Stored> commit(ExpectedDigests expected) throws WriteException {
    try {
      checkBody();
      boolean complete = part.ends || position == info.length();
      if (part.ends && info.length() >= 0 && position != info.length()) {
        throw new WriteException(StatusCodes.BAD_REQUEST, "the upload ends before its length")
            .type("inconsistent-upload-length");
      }
      return complete ? Optional.of(store(expected)) : Optional.empty();
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
  }

  /** A body without its digest is removed from the file. */
  private void checkBody() throws WriteException, ErrnoException {
    if (ofBody == null) {
      return;
    }
    try {
      part.ofBody.check(ofBody.finish());
    } catch (WriteException mismatch) {
      open().truncate(part.offset);
      position = part.offset;
      whole = null;
      throw mismatch;
    }
  }

  private Stored store(ExpectedDigests expected) throws WriteException, ErrnoException {
    WritableDirectory parent = directory;
    if (parent == null) {
      throw new IllegalStateException("open first");
    }
    if (services.settings().requiresDigest() && !expected.hasSecure()) {
      throw new WriteException(
          StatusCodes.BAD_REQUEST, "a digest is required: send Repr-Digest with sha-256");
    }
    Digests digests = digests(expected.algorithms(algorithms));
    try {
      expected.check(digests);
    } catch (WriteException mismatch) {
      gone = true; // no other request can make it right
      open().discard();
      throw mismatch;
    }
    Stored stored = Publication.publish(target, services, open(), parent, digests);
    gone = true;
    open().finish(info.finished(position).toBytes());
    return stored;
  }

  private Digests digests(Set<Algorithm> required) throws ErrnoException {
    RunningDigests known = whole;
    if (known != null && known.hasAll(required)) {
      return known.finish();
    }
    RunningDigests again = new RunningDigests(required);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(READ_BYTES);
      while (true) {
        long n = open().read(buffer, again.position());
        if (n == 0) {
          return again.finish();
        }
        again.update(buffer.asSlice(0, n).asByteBuffer());
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    PartialFile opened = file;
    try {
      if (opened != null && !gone) {
        keep(opened);
      }
    } finally {
      if (opened != null) {
        opened.close();
      }
      WritableDirectory parent = directory;
      if (parent != null) {
        parent.close();
      }
      target.root().release();
      services.active().leave(part.token);
    }
  }

  private void keep(PartialFile opened) {
    RunningDigests known = whole;
    if (known != null && known.position() == position) {
      services.kept().keep(part.token, known);
    }
    if (services.settings().syncs()) {
      try {
        opened.sync();
      } catch (ErrnoException failed) {
        throw new IllegalStateException("an unfinished upload is not on the disk", failed);
      }
    }
  }
}
