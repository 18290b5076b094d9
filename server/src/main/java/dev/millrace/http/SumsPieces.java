package dev.millrace.http;

import dev.millrace.digest.Algorithm;
import dev.millrace.digest.ChecksumLines;
import dev.millrace.digest.DigestService;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileFacts;
import dev.millrace.file.OpenFailure;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.RequestPath;
import dev.millrace.plan.HttpDate;
import dev.millrace.plan.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The checksums of a directory's files, one after another as they are found out: {@code SHA256SUMS}
 * or the same as JSON. A file that is gone meanwhile is left out; one that cannot be hashed breaks
 * the body off, because a list that is silently short would pass for whole. Event thread only.
 */
final class SumsPieces implements Pieces {
  private final FileHandler handler;
  private final RequestPath.Names below;
  private final OpenFile directory;
  private final boolean json;
  private List<DirectoryEntry> files = List.of();
  private boolean scanned;
  private int next;
  private boolean ended;

  /**
   * @param below the directory's path from the mount's root
   * @param directory this object's to close
   */
  SumsPieces(FileHandler handler, RequestPath.Names below, OpenFile directory, boolean json) {
    this.handler = handler;
    this.below = below;
    this.directory = directory;
    this.json = json;
  }

  @Override
  public void next(Receiver receiver) {
    if (!scanned) {
      scan(receiver);
    } else if (next < files.size()) {
      openNext(receiver);
    } else if (json && !ended) {
      ended = true;
      piece(receiver, files.isEmpty() ? "[]\n" : "\n]\n");
    } else {
      receiver.end();
    }
  }

  private static void piece(Receiver receiver, String text) {
    receiver.piece(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private void scan(Receiver receiver) {
    DirectoryScan scan = handler.access().scan(directory, below.relative(""));
    boolean hidden = handler.policy().hidden();
    Workers workers = handler.workers();
    boolean accepted =
        workers
            .pool()
            .trySpawn(() -> {
              List<DirectoryEntry> found = new ArrayList<>();
              boolean readable = true;
              try {
                found.addAll(scan.entries(hidden));
                found.removeIf(DirectoryEntry::isDirectory);
                found.sort(DirectoryEntry::compareNames);
              } catch (IOException unreadable) {
                readable = false;
              }
              boolean whole = readable;
              workers.events().execute(() -> scanned(receiver, found, whole));
            });
    if (!accepted) {
      receiver.failed();
    }
  }

  private void scanned(Receiver receiver, List<DirectoryEntry> found, boolean whole) {
    scanned = true;
    files = found;
    if (whole) {
      next(receiver);
    } else {
      receiver.failed();
    }
  }

  private void openNext(Receiver receiver) {
    DirectoryEntry entry = files.get(next);
    handler
        .access()
        .open(
            below.child(entry.name()),
            new FileAccess.OpenCallback() {
              @Override
              public void opened(OpenFile file) {
                hash(receiver, entry, file);
              }

              @Override
              public void failed(OpenFailure why) {
                if (why == OpenFailure.NOT_FOUND) {
                  skip(receiver);
                } else {
                  receiver.failed();
                }
              }
            });
  }

  private void skip(Receiver receiver) {
    files.remove(next);
    next(receiver);
  }

  private void hash(Receiver receiver, DirectoryEntry entry, OpenFile file) {
    FileFacts facts = file.facts();
    if (!facts.isRegularFile()) {
      file.close();
      skip(receiver);
      return;
    }
    handler
        .digests()
        .require(
            file,
            Set.of(Algorithm.SHA_256),
            new DigestService.Callback() {
              @Override
              public void known(Digests digests) {
                next++;
                receiver.piece(
                    ByteBuffer.wrap(
                        line(entry, facts, String.valueOf(digests.hex(Algorithm.SHA_256)))));
              }

              @Override
              public void unavailable(DigestService.Unavailable why) {
                receiver.failed();
              }
            });
    file.close();
  }

  private byte[] line(DirectoryEntry entry, FileFacts facts, String hex) {
    if (!json) {
      return ChecksumLines.line(hex, entry.name());
    }
    StringBuilder out = new StringBuilder(next == 1 ? "[\n{\"name\":" : ",\n{\"name\":");
    JsonText.string(out, entry.text());
    out.append(",\"size\":").append(facts.sizeBytes());
    out.append(",\"mtime\":\"").append(HttpDate.format(facts.modifiedSeconds()));
    out.append("\",\"sha256\":\"").append(hex).append("\",\"href\":");
    JsonText.string(out, entry.reference());
    return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void release() {
    directory.close();
  }
}
