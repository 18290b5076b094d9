package dev.millrace.content.write;

import dev.millrace.content.BodilessResponse;
import dev.millrace.content.DigestPolicy;
import dev.millrace.content.Fields;
import dev.millrace.content.MountContext;
import dev.millrace.content.MountHandler;
import dev.millrace.content.WriteRule;
import dev.millrace.content.checksum.ChecksumFiles;
import dev.millrace.content.write.WriteStats.Outcome;
import dev.millrace.digest.Algorithm;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.PartialFile;
import dev.millrace.files.Root;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.limits.ClientKey;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Responds to PUT and DELETE in one mount: authenticates, checks the request, then starts an {@link
 * Upload} or a {@link Removal}. Loop thread only.
 */
public final class WriteHandler implements MountHandler {
  private static final HttpString TRAILER = new HttpString("Trailer");

  private final MountContext context;
  private final WriteServices services;
  private final WriteAccess access;
  private final UploadBuffers buffers = new UploadBuffers();
  private final ResumableUploads resumable;
  private final FormUploads forms;

  public WriteHandler(MountContext context, WriteServices services) {
    this.context = context;
    this.services = services;
    this.access = new WriteAccess(context, services);
    this.resumable = new ResumableUploads(context, services, access, buffers);
    this.forms = new FormUploads(context, services, access, buffers);
  }

  @Override
  public MountContext context() {
    return context;
  }

  @Override
  public void serve(HttpServerExchange exchange, ParsedPath names) {
    WriteRule rule = WriteRule.find(context.policy().writeRules(), names);
    if (rule == null) {
      throw new IllegalArgumentException("no rule lets requests write " + names.decoded());
    }
    context.failures().run(exchange, () -> begin(exchange, names, rule));
  }

  private void begin(HttpServerExchange exchange, ParsedPath names, WriteRule rule) {
    context.applyCors(exchange, names.decoded());
    access.authorize(exchange, names, rule, () -> authorized(exchange, names, rule));
  }

  private void authorized(HttpServerExchange exchange, ParsedPath names, WriteRule rule) {
    try {
      if (PartialFile.isPath(names)) {
        resumable.serve(exchange, names, rule);
        return;
      }
      if (exchange.getRequestMethod().equals(Methods.POST)) {
        if (exchange.getRequestHeaders().contains(ResumableResponse.TUS_RESUMABLE)) {
          resumable.createByTus(exchange, names, rule);
        } else {
          forms.begin(exchange, names, rule);
        }
        return;
      }
      access.checkNames(names);
      ParsedPath below = names.below(context.mount().prefix());
      if (exchange.getRequestMethod().equals(Methods.DELETE)) {
        remove(exchange, access.target(exchange, below, rule));
      } else {
        String suffix = suffix(exchange.getRequestHeaders());
        if (suffix.isEmpty() || below.directory()) {
          upload(exchange, names, below, rule);
        } else {
          upload(exchange, names.withSuffix(suffix), below.withSuffix(suffix), rule);
        }
      }
    } catch (WriteException refused) {
      access.refuse(exchange, refused);
    }
  }

  /** What the name of the stored file adds for the coding of the body: it is a variant. */
  private String suffix(HeaderMap headers) throws WriteException {
    String field = Fields.joined(headers, Headers.CONTENT_ENCODING);
    if (field == null || field.strip().equalsIgnoreCase("identity")) {
      return "";
    }
    for (ContentCoding coding : ContentCoding.values()) {
      if (services.settings().storesVariants() && field.strip().equalsIgnoreCase(coding.token())) {
        return coding.suffix();
      }
    }
    throw new WriteException(
        StatusCodes.UNSUPPORTED_MEDIA_TYPE, "this Content-Encoding is not supported");
  }

  // ---- PUT -------------------------------------------------------------------------------------

  private void upload(
      HttpServerExchange exchange, ParsedPath names, ParsedPath below, WriteRule rule)
      throws WriteException {
    HeaderMap headers = exchange.getRequestHeaders();
    if (!rule.allowsPut()) {
      throw new WriteException(StatusCodes.FORBIDDEN, "files must not be written here");
    }
    if (below.directory()) {
      throw new WriteException(StatusCodes.CONFLICT, "a path with a final slash names a directory");
    }
    if (headers.contains(Headers.CONTENT_RANGE)) {
      throw new WriteException( // RFC 9110 §14.5
          StatusCodes.BAD_REQUEST, "Content-Range is not supported: send the whole file");
    }
    if (exchange.isRequestComplete() && !headers.contains(Headers.CONTENT_LENGTH)) {
      throw new WriteException( // as from HTTP/1.0; an empty file would replace the old one
          StatusCodes.LENGTH_REQUIRED, "a body is required; its length can be 0");
    }
    if (exchange.getRequestContentLength() > services.settings().maxBytes()) {
      throw Upload.tooLarge(services.settings());
    }
    Boolean ends = ResumableFields.complete(headers);
    if (ends != null && generated(below) == null) {
      if (!ends || !fitsIntoBuffer(exchange)) {
        resumable.create(exchange, names, rule);
        return;
      }
      exchange.getResponseHeaders().put(ResumableResponse.UPLOAD_COMPLETE, "?1");
    }
    ExpectedDigests expected = ExpectedDigests.of(headers);
    boolean announced = announcesDigests(headers);
    if (services.settings().requiresDigest() && !expected.hasSecure() && !announced) {
      throw new WriteException(
          StatusCodes.BAD_REQUEST, "a digest is required: send Repr-Digest with sha-256");
    }
    if (ChecksumDeploy.isRequested(headers)) {
      deploy(exchange, below, rule, expected);
      return;
    }
    Set<Algorithm> algorithms = expected.algorithms(computed(announced));
    Algorithm ofChecksum = generated(below);
    if (ofChecksum == null) {
      start(exchange, below, rule, expected, algorithms, null);
      return;
    }
    context
        .access()
        .open(
            below.withoutSuffix(ofChecksum.suffix().length() + 1).relative(""),
            context
                .failures()
                .openCallback(
                    exchange,
                    original -> {
                      if (original.stat().isRegularFile()) {
                        ComparedChecksum checksum =
                            new ComparedChecksum(context, original, ofChecksum);
                        startOrRefuse(exchange, below, rule, expected, algorithms, checksum);
                      } else {
                        original.close();
                        startOrRefuse(exchange, below, rule, expected, algorithms, null);
                      }
                    },
                    _ -> startOrRefuse(exchange, below, rule, expected, algorithms, null)));
  }

  /** Whether a body is so short that there is nothing to resume. */
  private static boolean fitsIntoBuffer(HttpServerExchange exchange) {
    long length = exchange.getRequestContentLength();
    return length >= 0 && length < UploadBuffers.BYTES;
  }

  @Override
  public void describe(HeaderMap response) {
    ResumableResponse.addCapabilities(response, services.settings());
  }

  /** The algorithm of a checksum file that the server makes for another file, or null. */
  private @Nullable Algorithm generated(ParsedPath below) {
    DigestPolicy policy = context.digestPolicy();
    return policy.checksumFiles() && policy.mode() != DigestPolicy.Mode.OFF
        ? ChecksumFiles.algorithm(below.lastName())
        : null;
  }

  private void startOrRefuse(
      HttpServerExchange exchange,
      ParsedPath below,
      WriteRule rule,
      ExpectedDigests expected,
      Set<Algorithm> algorithms,
      @Nullable ComparedChecksum checksum) {
    try {
      start(exchange, below, rule, expected, algorithms, checksum);
    } catch (WriteException refused) {
      if (checksum != null) {
        checksum.close();
      }
      access.refuse(exchange, refused);
    }
  }

  private void start(
      HttpServerExchange exchange,
      ParsedPath below,
      WriteRule rule,
      ExpectedDigests expected,
      Set<Algorithm> algorithms,
      @Nullable ComparedChecksum checksum)
      throws WriteException {
    ClientKey client = ClientKey.of(exchange.getSourceAddress());
    services.begin(client);
    Target target;
    try {
      target = access.target(exchange, below, rule);
    } catch (WriteException noRoot) {
      services.end(client);
      throw noRoot;
    }
    UploadWork work = new UploadWork(target, services, algorithms);
    new Upload(exchange, target, services, buffers, expected, work, client, checksum, null).start();
  }

  /** Whether trailers will have a digest, of an algorithm that is not yet known. */
  private static boolean announcesDigests(HeaderMap headers) {
    String names = Fields.joined(headers, TRAILER);
    return names != null && names.toLowerCase(Locale.ROOT).contains("-digest");
  }

  private Set<Algorithm> computed(boolean announced) {
    Set<Algorithm> algorithms = context.digestPolicy().background();
    if (announced) {
      algorithms.addAll(EnumSet.of(Algorithm.SHA_256, Algorithm.SHA_512));
    }
    return algorithms;
  }

  /** Stores a file that is known by its digest. */
  private void deploy(
      HttpServerExchange exchange, ParsedPath below, WriteRule rule, ExpectedDigests expected)
      throws WriteException {
    if (!exchange.isRequestComplete() && exchange.getRequestContentLength() != 0) {
      throw new WriteException(
          StatusCodes.BAD_REQUEST, "X-Checksum-Deploy is for a request without a body");
    }
    Target target = access.target(exchange, below, rule);
    LoopExecutors workers = new LoopExecutors(services.threads(), exchange.getIoThread());
    workers.<Stored>call(
        () -> ChecksumDeploy.run(target, services, expected),
        stored -> {
          target.root().release();
          services.stats().ended(stored.created() ? Outcome.CREATED : Outcome.REPLACED);
          if (!exchange.isComplete()) {
            UploadResponse.send(exchange, target, stored, null);
          }
        },
        failure -> {
          target.root().release();
          access.failed(exchange, failure);
        });
  }

  // ---- DELETE ----------------------------------------------------------------------------------

  /**
   * @param target whose root is released when it is done
   */
  private void remove(HttpServerExchange exchange, Target target) {
    Root held = target.root();
    LoopExecutors workers = new LoopExecutors(services.threads(), exchange.getIoThread());
    workers.<Boolean>call(
        () -> {
          Removal.run(target, services);
          return true;
        },
        _ -> {
          held.release();
          services.stats().ended(Outcome.DELETED);
          if (!exchange.isComplete()) {
            BodilessResponse.send(exchange, StatusCodes.NO_CONTENT);
          }
        },
        failure -> {
          held.release();
          access.failed(exchange, failure);
        });
  }
}
