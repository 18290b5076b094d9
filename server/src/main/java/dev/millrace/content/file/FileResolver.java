package dev.millrace.content.file;

import dev.millrace.content.BodilessResponse;
import dev.millrace.content.BodyTransfer;
import dev.millrace.content.DigestPolicy;
import dev.millrace.content.MountContext;
import dev.millrace.content.SelectedFile;
import dev.millrace.content.archive.ArchiveDigests;
import dev.millrace.content.archive.ArchiveResponse;
import dev.millrace.content.checksum.ChecksumFiles;
import dev.millrace.content.checksum.ChecksumListBody;
import dev.millrace.content.compress.Compression;
import dev.millrace.content.listing.ListingResponse;
import dev.millrace.digest.Algorithm;
import dev.millrace.file.FileStat;
import dev.millrace.file.OpenFailure;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.semantics.ContentCoding;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Selects the file for a request: the file itself, a directory's index or listing, a checksum file,
 * or a fallback; then the stored variant that the client prefers. It opens one path after another;
 * the kernel resolves each beneath the root. Loop thread only.
 */
final class FileResolver {
  private static final int MAX_RESTARTS = 8;
  private static final String SUMS = "SHA256SUMS";
  private static final String SUMS_JSON = "SHA256SUMS.json";

  private final HttpServerExchange exchange;
  private final MountContext mount;
  private final ParsedPath names; // the requested path
  private final ParsedPath below; // the same from the mount's root
  private final ArchiveDigests archives;
  private int generation; // of the root, at the start
  private int restarts;

  /** The file for which a variant is searched. */
  private @Nullable OpenFile plainFile;

  FileResolver(
      HttpServerExchange exchange,
      MountContext mount,
      ParsedPath names,
      ParsedPath below,
      ArchiveDigests archives) {
    this.exchange = exchange;
    this.mount = mount;
    this.names = names;
    this.below = below;
    this.archives = archives;
  }

  void start() {
    assert exchange.isInIoThread();
    generation = mount.access().generation();
    if (below.directory() || below.segments().isEmpty()) {
      tryIndex(0);
    } else {
      open(below.relative(""), this::openedPath, this::failedPath);
    }
  }

  // ---- the path itself -------------------------------------------------------------------------

  private void openedPath(OpenFile file) {
    FileStat stat = file.stat();
    if (stat.isRegularFile()) {
      chooseVariant(file, below.relative(""), below.lastName(), null, true);
      return;
    }
    file.close();
    if (stat.isDirectory()) {
      redirectToDirectory(exchange, names);
    } else {
      ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
    }
  }

  /** Responds with 301 to the path with a slash; without a host, so no field can forge one. */
  static void redirectToDirectory(HttpServerExchange exchange, ParsedPath names) {
    String query = exchange.getQueryString();
    String location = names.encodedDirectory() + (query.isEmpty() ? "" : "?" + query);
    exchange.getResponseHeaders().put(Headers.LOCATION, location);
    ErrorResponder.send(exchange, StatusCodes.MOVED_PERMANENTLY);
  }

  private void failedPath(OpenFailure why) {
    if (why.isAbsence()) {
      tryChecksum();
    } else {
      fail(why);
    }
  }

  private void fail(OpenFailure why) {
    int status = status(why);
    if (status == StatusCodes.SERVICE_UNAVAILABLE) {
      exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "1");
    }
    ErrorResponder.send(exchange, status);
  }

  /** Tries the next meaning of the path, unless the failure leaves open whether the file exists. */
  private void orElse(OpenFailure why, Runnable next) {
    if (why.isAbsence() || why == OpenFailure.FORBIDDEN) {
      next.run();
    } else {
      fail(why);
    }
  }

  private static int status(OpenFailure why) {
    return switch (why) {
      case NOT_FOUND, NOT_A_DIRECTORY, NAME_TOO_LONG -> StatusCodes.NOT_FOUND;
      case FORBIDDEN -> StatusCodes.FORBIDDEN;
      case EXHAUSTED, UNAVAILABLE -> StatusCodes.SERVICE_UNAVAILABLE;
      case IO -> StatusCodes.INTERNAL_SERVER_ERROR;
    };
  }

  // ---- directories -----------------------------------------------------------------------------

  private void tryIndex(int which) {
    List<String> index = mount.policy().index();
    if (which == index.size()) {
      withoutIndex();
      return;
    }
    byte[] path = below.relative(index.get(which));
    open(
        path,
        file -> {
          if (file.stat().isRegularFile()) {
            chooseVariant(file, path, index.get(which), names, which == 0);
          } else {
            file.close();
            tryIndex(which + 1);
          }
        },
        why -> {
          if (why == OpenFailure.NOT_FOUND) {
            tryIndex(which + 1);
          } else {
            failedPath(why);
          }
        });
  }

  private void withoutIndex() {
    if (!mount.policy().listing()) {
      tryFallback(0);
      return;
    }
    open(
        below.relative(""),
        file -> {
          if (!file.stat().isDirectory()) {
            file.close();
            tryFallback(0);
          } else if (ArchiveResponse.send(exchange, mount, names, archives)) {
            file.close();
          } else {
            ListingResponse.send(exchange, mount, names, below, file);
          }
        },
        this::failedPath);
  }

  // ---- checksums -------------------------------------------------------------------------------

  /** A missing file may be a generated checksum file. */
  private void tryChecksum() {
    String name = below.lastName();
    Algorithm algorithm = ChecksumFiles.algorithm(name);
    DigestPolicy policy = mount.digestPolicy();
    if (!policy.checksumFiles() || policy.mode() == DigestPolicy.Mode.OFF || below.directory()) {
      tryFallback(0);
    } else if (algorithm != null) {
      ParsedPath original = below.withoutSuffix(algorithm.suffix().length() + 1);
      open(
          original.relative(""),
          file -> {
            if (file.stat().isRegularFile()) {
              ChecksumFiles.send(exchange, mount, original, file, algorithm);
            } else {
              file.close();
              tryFallback(0);
            }
          },
          why -> orElse(why, () -> tryFallback(0)));
    } else if (name.equals(SUMS) || name.equals(SUMS_JSON)) {
      open(
          below.parent().relative(""),
          file -> {
            if (file.stat().isDirectory()) {
              sendSums(file, name.equals(SUMS_JSON));
            } else {
              file.close();
              tryFallback(0);
            }
          },
          why -> orElse(why, () -> tryFallback(0)));
    } else {
      tryFallback(0);
    }
  }

  private void sendSums(OpenFile directory, boolean json) {
    exchange
        .getResponseHeaders()
        .put(
            Headers.CONTENT_TYPE,
            json ? "application/json; charset=utf-8" : "text/plain; charset=utf-8");
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      directory.close();
      BodilessResponse.toHead(exchange, mount.failures());
    } else {
      ChecksumListBody sums =
          new ChecksumListBody(exchange.getIoThread(), mount, below.parent(), directory, json);
      new BodyTransfer(exchange, mount.failures(), sums).start();
    }
  }

  // ---- fallbacks -------------------------------------------------------------------------------

  private void tryFallback(int which) {
    List<String> fallbacks = mount.policy().fallbacks();
    if (which >= fallbacks.size() || ChecksumFiles.isChecksumName(below.lastName())) {
      ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
      return;
    }
    byte[] path = FallbackPath.of(fallbacks.get(which), below);
    open(
        path,
        file -> {
          if (file.stat().isRegularFile()) {
            mount.applyCors(exchange, mount.urlPath(path));
            chooseVariant(file, path, FallbackPath.lastName(path), null, false);
          } else {
            file.close();
            tryFallback(which + 1);
          }
        },
        why -> orElse(why, () -> tryFallback(which + 1)));
  }

  // ---- variants --------------------------------------------------------------------------------

  /**
   * @param directory the directory whose index file it is, or null
   * @param first whether no other path was tried before
   */
  private void chooseVariant(
      OpenFile file, byte[] path, String name, @Nullable ParsedPath directory, boolean first) {
    String type = mount.policy().types().of(name);
    ContentCoding stored = mount.policy().types().codingOf(name);
    AcceptedCodings codings =
        stored == null ? AcceptedCodings.of(exchange, mount, type) : AcceptedCodings.NONE;
    SelectedFile plain =
        new SelectedFile(
            file, path, directory, type, stored, codings.offered(), first && codings.isEmpty());
    plainFile = file;
    tryVariant(plain, codings, 0);
  }

  private void tryVariant(SelectedFile plain, AcceptedCodings codings, int which) {
    if (which == codings.stored().size()) {
      tryCompressed(plain, codings.made());
      return;
    }
    ContentCoding coding = codings.stored().get(which);
    ByteArrayOutputStream longer = new ByteArrayOutputStream(plain.path().length + 4);
    longer.writeBytes(plain.path());
    longer.writeBytes(coding.suffix().getBytes(StandardCharsets.US_ASCII));
    mount
        .access()
        .openVariant(
            longer.toByteArray(),
            guarded(
                file -> {
                  if (file.stat().isRegularFile()) {
                    dropPlain();
                    selected(plain.as(file, coding));
                  } else {
                    file.close();
                    tryVariant(plain, codings, which + 1);
                  }
                },
                why -> tryVariant(plain, codings, which + 1)));
  }

  /** Selects the compressed form, if there is one already or can be one soon. */
  private void tryCompressed(SelectedFile plain, List<ContentCoding> codings) {
    if (codings.isEmpty()
        || mount.refuses(plain.file().stat())
        || AcceptedCodings.mayNotTransform(mount.cacheControl(plain))) {
      selected(plain);
      return;
    }
    mount
        .compression()
        .find(
            plain.file(),
            codings,
            mount.executors(),
            new Compression.Callback() {
              @Override
              public void found(OpenFile form, ContentCoding coding) {
                guarded(
                        file -> {
                          dropPlain();
                          selected(plain.as(file, coding));
                        },
                        FileResolver.this::fail)
                    .opened(form);
              }

              @Override
              public void absent() {
                guarded(OpenFile::close, _ -> selected(plain)).failed(OpenFailure.NOT_FOUND);
              }
            });
  }

  private void selected(SelectedFile selected) {
    plainFile = null; // the responder closes it
    try {
      new FileResponder(exchange, mount, selected).start();
    } catch (RuntimeException | Error failure) {
      selected.file().close();
      throw failure;
    }
  }

  private void open(byte[] path, Consumer<OpenFile> opened, Consumer<OpenFailure> failed) {
    mount.access().open(path, guarded(opened, failed));
  }

  private FileAccess.OpenCallback guarded(Consumer<OpenFile> opened, Consumer<OpenFailure> failed) {
    return new FileAccess.OpenCallback() {
      @Override
      public void opened(OpenFile file) {
        if (mayGoOn()) {
          try {
            opened.accept(file);
            return;
          } catch (RuntimeException | Error failure) {
            broken(failure);
          }
        }
        file.close();
      }

      @Override
      public void failed(OpenFailure why) {
        if (mayGoOn()) {
          try {
            failed.accept(why);
          } catch (RuntimeException | Error failure) {
            broken(failure);
          }
        }
      }
    };
  }

  /**
   * Whether the exchange continues with the same root. If the root has changed, starts again: a
   * file of one release must not be combined with a variant of the next.
   */
  private boolean mayGoOn() {
    if (exchange.isComplete()) {
      dropPlain();
      return false;
    }
    if (mount.access().generation() == generation) {
      return true;
    }
    dropPlain();
    if (++restarts > MAX_RESTARTS) {
      fail(OpenFailure.UNAVAILABLE);
    } else {
      mount.failures().run(exchange, this::start);
    }
    return false;
  }

  private void broken(Throwable failure) {
    dropPlain();
    mount.failures().failed(exchange, failure);
  }

  private void dropPlain() {
    OpenFile plain = plainFile;
    plainFile = null;
    if (plain != null) {
      plain.close();
    }
  }
}
