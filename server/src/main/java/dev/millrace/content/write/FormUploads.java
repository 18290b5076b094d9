package dev.millrace.content.write;

import dev.millrace.content.MountContext;
import dev.millrace.content.WriteRule;
import dev.millrace.files.ParsedPath;
import dev.millrace.limits.ClientKey;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.util.Locale;

/**
 * Uploads by the form of a listing: POST of multipart/form-data to a directory. Loop thread only.
 */
final class FormUploads {
  private static final HttpString FETCH_SITE = new HttpString("Sec-Fetch-Site");

  private final MountContext context;
  private final WriteServices services;
  private final WriteAccess access;
  private final UploadBuffers buffers;

  FormUploads(
      MountContext context, WriteServices services, WriteAccess access, UploadBuffers buffers) {
    this.context = context;
    this.services = services;
    this.access = access;
    this.buffers = buffers;
  }

  void begin(HttpServerExchange exchange, ParsedPath names, WriteRule rule) throws WriteException {
    HeaderMap headers = exchange.getRequestHeaders();
    String boundary = FormParser.boundary(headers.getFirst(Headers.CONTENT_TYPE));
    if (boundary == null) {
      throw new WriteException(
          StatusCodes.UNSUPPORTED_MEDIA_TYPE, "the body is no multipart/form-data");
    }
    if (isOfAnotherSite(headers)) {
      throw new WriteException(StatusCodes.FORBIDDEN, "the form is that of another site");
    }
    if (!names.directory()) {
      throw new WriteException(
          StatusCodes.CONFLICT, "a form is sent to a directory, with a final slash");
    }
    if (services.settings().requiresDigest()) {
      throw new WriteException(
          StatusCodes.BAD_REQUEST, "a digest is required, and a form has none: use PUT");
    }
    ParsedPath prefix = context.mount().prefix();
    if (names.segments().size() > prefix.segments().size()) {
      access.checkNames(names);
    }
    ClientKey client = ClientKey.of(exchange.getSourceAddress());
    services.begin(client);
    Target directory;
    try {
      directory = access.target(exchange, names.below(prefix), rule);
    } catch (WriteException noRoot) {
      services.end(client);
      throw noRoot;
    }
    FormWork work =
        new FormWork(
            directory,
            services,
            context.digestPolicy().background(),
            boundary,
            file -> access.checkNames(within(prefix, file)));
    ExpectedDigests none = ExpectedDigests.of(new HeaderMap());
    new Upload(exchange, directory, services, buffers, none, work, client, null, null).start();
  }

  private static ParsedPath within(ParsedPath prefix, ParsedPath below) {
    ParsedPath all = prefix;
    for (byte[] name : below.segments()) {
      all = all.with(name);
    }
    return all;
  }

  /**
   * Whether a page of another site has sent the form, with the credentials that the browser keeps
   * for this one. Other programs send neither field.
   */
  private static boolean isOfAnotherSite(HeaderMap headers) {
    String site = headers.getFirst(FETCH_SITE);
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return true;
    }
    String origin = headers.getFirst(Headers.ORIGIN);
    String host = headers.getFirst(Headers.HOST);
    return origin != null
        && (host == null
            || !origin.toLowerCase(Locale.ROOT).endsWith("://" + host.toLowerCase(Locale.ROOT)));
  }
}
