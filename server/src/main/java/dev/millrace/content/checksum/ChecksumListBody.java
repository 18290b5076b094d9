package dev.millrace.content.checksum;

import dev.millrace.content.BodySource;
import dev.millrace.content.MountContext;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.ChecksumLines;
import dev.millrace.digest.DigestSource;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.file.OpenFailure;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.semantics.HttpDate;
import dev.millrace.text.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * The checksums of a directory's files, each sent as soon as it is known: {@code SHA256SUMS} or the
 * same as JSON.
 *
 * <ul>
 *   <li>A file that was deleted since is omitted.
 *   <li>A file without a checksum is listed with the reason, so that it does not prevent the other
 *       checksums.
 *   <li>A file is tried again while the digest queue is full, descriptors are exhausted, or the
 *       file is being written. If resources stay exhausted, the body is aborted, because an
 *       incomplete list could pass for a complete one.
 * </ul>
 *
 * <p>Loop thread only.
 */
public final class ChecksumListBody implements BodySource {
  /** Why a file is listed without a checksum: the word of the comment, and the JSON member. */
  private enum Omission {
    CORRUPT,
    UNREADABLE,
    CHANGING;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int MAX_TRIES = 30;
  private static final long PAUSE_MILLIS = 1000;

  private final XnioIoThread thread;
  private final MountContext mount;
  private final ParsedPath below;
  private final OpenFile directory;
  private final boolean json;

  /** The root's generation: a list must not mix the files of two releases. */
  private final int generation;

  private List<DirectoryEntry> files = List.of();
  private boolean scanned;
  private int next;
  private int tries;
  private boolean ended;

  /**
   * @param thread the loop, for its timers
   * @param below the directory's path from the mount's root
   * @param directory owned and closed by this object
   */
  public ChecksumListBody(
      XnioIoThread thread, MountContext mount, ParsedPath below, OpenFile directory, boolean json) {
    this.thread = thread;
    this.mount = mount;
    this.below = below;
    this.directory = directory;
    this.json = json;
    this.generation = mount.access().generation();
  }

  @Override
  public void next(Receiver receiver) {
    if (!scanned) {
      scan(receiver);
    } else if (next < files.size()) {
      openNext(receiver);
    } else if (json && !ended) {
      ended = true;
      send(receiver, files.isEmpty() ? "[]\n" : "\n]\n");
    } else {
      receiver.end();
    }
  }

  private static void send(Receiver receiver, String text) {
    receiver.onData(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private void scan(Receiver receiver) {
    DirectoryScan scan = mount.access().scan(directory, below.relative(""));
    boolean hidden = mount.policy().dotfiles();
    mount
        .executors()
        .<List<DirectoryEntry>>call(
            () -> {
              List<DirectoryEntry> found = new ArrayList<>(scan.entries(hidden));
              found.removeIf(DirectoryEntry::isDirectory);
              found.sort(DirectoryEntry::compareNames);
              return found;
            },
            found -> scanned(receiver, found),
            receiver::failed);
  }

  private void scanned(Receiver receiver, List<DirectoryEntry> found) {
    scanned = true;
    files = found;
    next(receiver);
  }

  private void openNext(Receiver receiver) {
    if (mount.access().generation() != generation) {
      receiver.failed();
      return;
    }
    DirectoryEntry entry = files.get(next);
    mount
        .access()
        .open(
            below.child(entry.name()),
            new FileAccess.OpenCallback() {
              @Override
              public void opened(OpenFile file) {
                try {
                  receiver.guard(() -> hash(receiver, entry, file));
                } finally {
                  file.close(); // hashing duplicates the descriptor
                }
              }

              @Override
              public void failed(OpenFailure why) {
                receiver.guard(() -> failedToOpen(receiver, entry, why));
              }
            });
  }

  private void failedToOpen(Receiver receiver, DirectoryEntry entry, OpenFailure why) {
    switch (why) {
      case NOT_FOUND, NOT_A_DIRECTORY -> skip(receiver);
      case EXHAUSTED, UNAVAILABLE -> tryAgain(receiver, entry, null);
      case FORBIDDEN, NAME_TOO_LONG, IO -> nameOnly(receiver, entry, null, Omission.UNREADABLE);
    }
  }

  private void skip(Receiver receiver) {
    files.remove(next);
    tries = 0;
    next(receiver);
  }

  private void hash(Receiver receiver, DirectoryEntry entry, OpenFile file) {
    FileStat stat = file.stat();
    if (!stat.isRegularFile()) {
      skip(receiver);
      return;
    }
    if (mount.refuses(stat)) {
      nameOnly(receiver, entry, stat, Omission.CORRUPT);
      return;
    }
    mount
        .digests()
        .require(
            file,
            Set.of(Algorithm.SHA_256),
            new DigestSource.Callback() {
              @Override
              public void known(Digests digests) {
                receiver.guard(() -> hashed(receiver, entry, stat, digests));
              }

              @Override
              public void unavailable(DigestSource.Unavailable why) {
                receiver.guard(() -> failedToHash(receiver, entry, stat, why));
              }
            });
  }

  private void hashed(Receiver receiver, DirectoryEntry entry, FileStat stat, Digests digests) {
    next++;
    tries = 0;
    String hex = String.valueOf(digests.hex(Algorithm.SHA_256));
    receiver.onData(ByteBuffer.wrap(line(entry, stat, hex)));
  }

  private void failedToHash(
      Receiver receiver, DirectoryEntry entry, FileStat stat, DigestSource.Unavailable why) {
    switch (why) {
      case UNREADABLE -> nameOnly(receiver, entry, stat, Omission.UNREADABLE);
      case CHANGED -> tryAgain(receiver, entry, Omission.CHANGING);
      case BUSY -> tryAgain(receiver, entry, null);
    }
  }

  /**
   * Opens the file again after a pause.
   *
   * @param otherwise the reason to list after too many tries; null to fail the body
   */
  private void tryAgain(Receiver receiver, DirectoryEntry entry, @Nullable Omission otherwise) {
    if (++tries < MAX_TRIES) {
      var _ =
          thread.executeAfter(
              () -> receiver.guard(() -> openNext(receiver)), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } else if (otherwise != null) {
      nameOnly(receiver, entry, null, otherwise);
    } else {
      receiver.failed();
    }
  }

  /** Lists a file without a checksum; a comment for sha256sum. */
  private void nameOnly(
      Receiver receiver, DirectoryEntry entry, @Nullable FileStat stat, Omission why) {
    next++;
    tries = 0;
    if (json) {
      receiver.onData(ByteBuffer.wrap(object(entry, stat, "\"" + why.word() + "\":true")));
      return;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.writeBytes(("# " + why.word() + ": ").getBytes(StandardCharsets.US_ASCII));
    line.writeBytes(ChecksumLines.escaped(entry.name()));
    line.write('\n');
    receiver.onData(ByteBuffer.wrap(line.toByteArray()));
  }

  private byte[] line(DirectoryEntry entry, FileStat stat, String hex) {
    if (!json) {
      return ChecksumLines.line(hex, entry.name());
    }
    return object(entry, stat, "\"sha256\":\"" + hex + "\"");
  }

  /**
   * A member of the array.
   *
   * @param stat null if the file's status is unknown
   */
  private byte[] object(DirectoryEntry entry, @Nullable FileStat stat, String member) {
    StringBuilder out = new StringBuilder(next == 1 ? "[\n{\"name\":" : ",\n{\"name\":");
    JsonText.string(out, entry.text());
    if (stat != null) {
      out.append(",\"size\":").append(stat.sizeBytes());
      JsonText.member(out, "mtime", HttpDate.ofFile(stat.modifiedSeconds()));
    }
    out.append(',').append(member).append(",\"href\":");
    JsonText.string(out, entry.reference());
    return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void release() {
    directory.close();
  }
}
