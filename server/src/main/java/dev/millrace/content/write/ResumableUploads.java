package dev.millrace.content.write;

import dev.millrace.auth.Authentication;
import dev.millrace.content.BodilessResponse;
import dev.millrace.content.MountContext;
import dev.millrace.content.WriteRule;
import dev.millrace.content.write.PartialWork.Part;
import dev.millrace.digest.Algorithm;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.PartialFile;
import dev.millrace.files.Root;
import dev.millrace.files.StagingArea;
import dev.millrace.limits.ClientKey;
import dev.millrace.loop.LoopExecutors;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Uploads of one mount that continue after a lost connection. The upload has a path of its own,
 * {@code .millrace-uploads/TOKEN} in the directory of the write rule: HEAD has its offset, PATCH
 * appends to it, DELETE removes it. Two protocols begin one: PUT with {@code Upload-Complete}
 * (draft-ietf-httpbis-resumable-upload-11), and POST of tus 1.0. Loop thread only.
 */
final class ResumableUploads {
  private static final HttpString DEFER_LENGTH = new HttpString("Upload-Defer-Length");

  private final MountContext context;
  private final WriteServices services;
  private final WriteAccess access;
  private final UploadBuffers buffers;

  ResumableUploads(
      MountContext context, WriteServices services, WriteAccess access, UploadBuffers buffers) {
    this.context = context;
    this.services = services;
    this.access = access;
    this.buffers = buffers;
  }

  private Set<Algorithm> algorithms(ExpectedDigests expected) {
    Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
    algorithms.addAll(context.digestPolicy().background());
    return expected.algorithms(algorithms);
  }

  // ---- the first request -----------------------------------------------------------------------

  /** Begins an upload by PUT of the draft. */
  void create(HttpServerExchange exchange, ParsedPath names, WriteRule rule) throws WriteException {
    HeaderMap headers = exchange.getRequestHeaders();
    boolean ends = Boolean.TRUE.equals(ResumableFields.complete(headers));
    long length = ResumableFields.number(headers, ResumableResponse.UPLOAD_LENGTH);
    long body = exchange.getRequestContentLength();
    if (ends && body >= 0) {
      if (length >= 0 && length != body) {
        throw new WriteException(StatusCodes.BAD_REQUEST, "the lengths contradict each other")
            .type("inconsistent-upload-length");
      }
      length = body;
    }
    begin(exchange, names, rule, length, ends, false);
  }

  /** Begins an upload by POST of tus, to a directory or to the path of the file. */
  void createByTus(HttpServerExchange exchange, ParsedPath names, WriteRule rule)
      throws WriteException {
    exchange
        .getResponseHeaders()
        .put(ResumableResponse.TUS_RESUMABLE, ResumableResponse.TUS_VERSION);
    HeaderMap headers = exchange.getRequestHeaders();
    ResumableFields.checkTusVersion(headers);
    long length = ResumableFields.number(headers, ResumableResponse.UPLOAD_LENGTH);
    boolean deferred = "1".equals(headers.getFirst(DEFER_LENGTH));
    if (length < 0 != deferred) {
      throw new WriteException(
          StatusCodes.BAD_REQUEST, "one of Upload-Length and Upload-Defer-Length: 1 is required");
    }
    if (exchange.getRequestContentLength() > 0
        && !ResumableFields.contentType(headers).equals(ResumableFields.TUS_BODY)) {
      throw new WriteException(
          StatusCodes.UNSUPPORTED_MEDIA_TYPE,
          "the Content-Type of a body is " + ResumableFields.TUS_BODY);
    }
    ParsedPath file = names;
    if (names.directory()) {
      byte[] name = ResumableFields.fileName(headers).getBytes(StandardCharsets.UTF_8);
      file = new ParsedPath(names.with(name).segments(), false);
    }
    access.checkNames(file);
    begin(exchange, file, rule, length, false, true);
  }

  private void begin(
      HttpServerExchange exchange,
      ParsedPath names,
      WriteRule rule,
      long length,
      boolean ends,
      boolean tus)
      throws WriteException {
    HeaderMap headers = exchange.getRequestHeaders();
    if (length > services.settings().maxBytes()) {
      throw Upload.tooLarge(services.settings());
    }
    ExpectedDigests expected = ExpectedDigests.ofFile(headers);
    ExpectedDigests ofBody = ExpectedDigests.ofBody(headers);
    String token = PartialFile.newToken();
    String path = path(names);
    String user = exchange.getAttachment(Authentication.USER);
    PartialInfo info = PartialInfo.of(path, length, user, headers);
    Part part = new Part(token, true, 0, false, ends, ofBody);
    ResumableResponse response =
        new ResumableResponse(tus, true, location(rule, token), services.settings());
    Target target = access.target(exchange, names.below(context.mount().prefix()), rule);
    start(exchange, target, info, part, expected, response);
  }

  private static String path(ParsedPath names) {
    String directory = names.encodedDirectory();
    return directory.substring(0, directory.length() - 1);
  }

  /** The path of an upload, in the staging area of its rule. */
  private String location(WriteRule rule, String token) {
    ParsedPath prefix = context.mount().prefix();
    ParsedPath base =
        rule.prefix().segments().size() > prefix.segments().size() ? rule.prefix() : prefix;
    return base.encodedDirectory() + StagingArea.NAME + "/" + token;
  }

  /** Starts to read the body. The target's root is released by the upload. */
  private void start(
      HttpServerExchange exchange,
      Target target,
      PartialInfo info,
      Part part,
      ExpectedDigests expected,
      ResumableResponse response)
      throws WriteException {
    ClientKey client = ClientKey.of(exchange.getSourceAddress());
    try {
      services.begin(client);
    } catch (WriteException tooMany) {
      target.root().release();
      if (!part.creates()) {
        services.active().leave(part.token());
      }
      throw tooMany;
    }
    PartialWork work = new PartialWork(target, services, info, part, algorithms(expected));
    Upload upload =
        new Upload(exchange, target, services, buffers, expected, work, client, null, response);
    if (part.creates()) {
      boolean _ = services.active().enter(part.token(), upload::supersede, () -> {});
    } else {
      services.active().ends(part.token(), upload::supersede);
    }
    upload.start();
  }

  // ---- later requests --------------------------------------------------------------------------

  /** Responds to a request for the path of an upload. */
  void serve(HttpServerExchange exchange, ParsedPath names, WriteRule rule) throws WriteException {
    boolean tus = exchange.getRequestHeaders().contains(ResumableResponse.TUS_RESUMABLE);
    ResumableResponse response =
        new ResumableResponse(tus, false, location(rule, names.lastName()), services.settings());
    response.begin(exchange);
    if (tus) {
      ResumableFields.checkTusVersion(exchange.getRequestHeaders());
    }
    if (!location(rule, names.lastName()).equals(path(names))) {
      throw new WriteException(StatusCodes.NOT_FOUND, "there is no such upload");
    }
    String token = names.lastName();
    Runnable again =
        () -> {
          try {
            exchange.getIoThread().execute(() -> serveAgain(exchange, names, rule));
          } catch (RejectedExecutionException stopping) {
            // the worker is stopping and closes the connection
          }
        };
    if (services.active().enter(token, () -> {}, again)) {
      active(exchange, names, rule, response);
    }
  }

  private void serveAgain(HttpServerExchange exchange, ParsedPath names, WriteRule rule) {
    if (exchange.isComplete()) {
      return;
    }
    try {
      serve(exchange, names, rule);
    } catch (WriteException refused) {
      access.refuse(exchange, refused);
    }
  }

  private void active(
      HttpServerExchange exchange, ParsedPath names, WriteRule rule, ResumableResponse response) {
    String token = names.lastName();
    Root root = context.access().root();
    if (root == null) {
      services.active().leave(token);
      access.refuse(
          exchange, new WriteException(StatusCodes.SERVICE_UNAVAILABLE, "the root does not exist"));
      return;
    }
    Root held = root.hold();
    StagingArea area = Target.staging(context.mount(), held, rule);
    boolean removes = exchange.getRequestMethod().equals(Methods.DELETE);
    this.<Found>onWorker(
        exchange,
        () -> {
          Found found = find(area, token, exchange.getAttachment(Authentication.USER));
          if (removes) {
            remove(area, token);
          }
          return found;
        },
        found -> {
          if (exchange.getRequestMethod().equals(Methods.PATCH)) {
            patch(exchange, held, rule, found.info, token, response);
            return;
          }
          held.release();
          services.active().leave(token);
          if (removes) {
            services.stats().ended(WriteStats.Outcome.DELETED);
            BodilessResponse.send(exchange, StatusCodes.NO_CONTENT);
          } else {
            response.sendState(exchange, found.info, found.sizeBytes);
          }
        },
        () -> {
          held.release();
          services.active().leave(token);
        });
  }

  /** An upload that exists. */
  private record Found(PartialInfo info, long sizeBytes) {}

  private static Found find(StagingArea area, String token, @Nullable String user)
      throws WriteException {
    PartialFile.State state;
    try {
      state = PartialFile.state(area, token);
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    }
    if (state == null) {
      throw new WriteException(StatusCodes.NOT_FOUND, "there is no such upload");
    }
    PartialInfo info = PartialInfo.parse(state.info());
    if (!Objects.equals(info.user(), user)) {
      throw new WriteException(StatusCodes.FORBIDDEN, "the upload is that of another user");
    }
    return new Found(info, state.sizeBytes());
  }

  private static void remove(StagingArea area, String token) throws WriteException {
    try (PartialFile file = PartialFile.open(area, token)) {
      file.discard();
    } catch (ErrnoException failed) {
      if (failed.errno() == Errno.EAGAIN) {
        throw new WriteException(
            StatusCodes.SERVICE_UNAVAILABLE, "another server continues this upload");
      }
      if (failed.errno() != Errno.ENOENT) { // else it is finished
        throw WriteException.of(failed);
      }
    }
  }

  /**
   * @param held released by the upload
   */
  private void patch(
      HttpServerExchange exchange,
      Root held,
      WriteRule rule,
      PartialInfo info,
      String token,
      ResumableResponse response) {
    boolean started = false;
    try {
      HeaderMap headers = exchange.getRequestHeaders();
      Part part = part(exchange, token, info, response.isTus());
      PartialInfo known = withLength(info, exchange, part);
      if (known.length() != info.length()) {
        part = part.learningLength();
      }
      ParsedPath names = known.names();
      if (!rule.equals(WriteRule.find(context.policy().writeRules(), names))
          || !names.startsWith(context.mount().prefix())) {
        throw new WriteException(StatusCodes.NOT_FOUND, "the write rule has changed");
      }
      Target target =
          new Target(
              context,
              held,
              names.below(context.mount().prefix()),
              rule,
              known.preconditions(),
              services.locks());
      ExpectedDigests expected = ExpectedDigests.ofFile(known.fields());
      expected.addAll(ExpectedDigests.ofFile(headers));
      started = true;
      start(exchange, target, known, part, expected, response);
    } catch (WriteException refused) {
      if (!started) {
        held.release();
        services.active().leave(token);
      }
      access.refuse(exchange, refused);
    }
  }

  private static Part part(HttpServerExchange exchange, String token, PartialInfo info, boolean tus)
      throws WriteException {
    HeaderMap headers = exchange.getRequestHeaders();
    String required = tus ? ResumableFields.TUS_BODY : ResumableResponse.PARTIAL_UPLOAD;
    if (!ResumableFields.contentType(headers).equals(required)) {
      throw new WriteException(
              StatusCodes.UNSUPPORTED_MEDIA_TYPE, "the Content-Type is " + required)
          .field(new HttpString("Accept-Patch"), required);
    }
    if (info.finished()) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "the upload is complete")
          .type("completed-upload");
    }
    long offset = ResumableFields.number(headers, ResumableResponse.UPLOAD_OFFSET);
    Boolean ends = ResumableFields.complete(headers);
    if (offset < 0 || (!tus && ends == null)) {
      throw new WriteException(
          StatusCodes.BAD_REQUEST,
          tus ? "Upload-Offset is required" : "Upload-Offset and Upload-Complete are required");
    }
    return new Part(
        token,
        false,
        offset,
        false,
        !tus && Boolean.TRUE.equals(ends),
        ExpectedDigests.ofBody(headers));
  }

  /** The information with the length, if this request is the first to have it. */
  private static PartialInfo withLength(PartialInfo info, HttpServerExchange exchange, Part part)
      throws WriteException {
    long length =
        ResumableFields.number(exchange.getRequestHeaders(), ResumableResponse.UPLOAD_LENGTH);
    long body = exchange.getRequestContentLength();
    if (part.ends() && body >= 0) {
      long end = part.offset() + body;
      if (length >= 0 && length != end) {
        length = -2;
      } else {
        length = end;
      }
    }
    if (length == -2 || (length >= 0 && info.length() >= 0 && length != info.length())) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "the lengths contradict each other")
          .type("inconsistent-upload-length");
    }
    return length >= 0 && info.length() < 0 ? info.withLength(length) : info;
  }

  /** Runs a step on a worker, then another one here; else responds with an error. */
  private <T> void onWorker(
      HttpServerExchange exchange, Callable<T> step, Consumer<T> next, Runnable release) {
    LoopExecutors workers = new LoopExecutors(services.threads(), exchange.getIoThread());
    workers.<T>call(
        step,
        result -> {
          if (exchange.isComplete()) {
            release.run();
          } else {
            next.accept(result);
          }
        },
        failure -> {
          release.run();
          access.failed(exchange, failure);
        });
  }
}
