package dev.millrace.content.listing;

import dev.millrace.content.BodilessResponse;
import dev.millrace.content.BodyTransfer;
import dev.millrace.content.Fields;
import dev.millrace.content.GeneratedBody;
import dev.millrace.content.ListingPage;
import dev.millrace.content.MountContext;
import dev.millrace.content.Validators;
import dev.millrace.content.WriteRule;
import dev.millrace.digest.Algorithm;
import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.semantics.AcceptType;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import org.jspecify.annotations.Nullable;

/** Responds with a directory's listing, as HTML or JSON. Loop thread only. */
public final class ListingResponse {
  private static final HttpString CONTENT_SECURITY_POLICY =
      new HttpString("Content-Security-Policy");

  private ListingResponse() {}

  /**
   * Sends the listing.
   *
   * @param below the directory's path from the mount's root
   * @param directory owned and closed by the response
   */
  public static void send(
      HttpServerExchange exchange,
      MountContext mount,
      ParsedPath names,
      ParsedPath below,
      OpenFile directory) {
    HeaderMap headers = exchange.getResponseHeaders();
    String query = exchange.getQueryString();
    Boolean requested = ListingQuery.wantsJson(query);
    boolean json =
        requested != null
            ? requested
            : AcceptType.prefersJson(Fields.joined(exchange.getRequestHeaders(), Headers.ACCEPT));
    headers.put(
        Headers.CONTENT_TYPE,
        json ? "application/json; charset=utf-8" : "text/html; charset=utf-8");
    headers.add(Headers.VARY, "Accept");
    WriteRule rule = WriteRule.find(mount.policy().writeRules(), names);
    boolean uploads = rule != null && rule.allowsForms();
    if (!json) {
      headers.put(CONTENT_SECURITY_POLICY, Listing.contentSecurityPolicy());
    }
    String cacheControl = mount.cacheControl(names);
    if (cacheControl != null) {
      headers.put(Headers.CACHE_CONTROL, cacheControl);
    }
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      directory.close();
      BodilessResponse.toHead(exchange, mount.failures());
      return;
    }
    DirectoryScan scan = mount.access().scan(directory, below.relative(""));
    boolean hidden = mount.policy().dotfiles();
    // A search must not show what needs other credentials.
    boolean searches = !mount.hasRulesBelow(names);
    ListingQuery parsed =
        ListingQuery.parse(query, json ? Integer.MAX_VALUE : ListingQuery.PAGE_ENTRIES);
    ListingQuery allowed = searches ? parsed : parsed.flat();
    Knowledge knowledge = new Knowledge(mount);
    Listing listing =
        json
            ? Listing.json(scan, hidden, names.decoded(), allowed, knowledge)
            : Listing.html(
                scan, hidden, names.decoded(), allowed, look(mount, uploads, searches), knowledge);
    GeneratedBody source = new GeneratedBody(mount.executors(), listing::next, directory::close);
    new BodyTransfer(exchange, mount.failures(), source).start();
  }

  private static ListingLook look(MountContext mount, boolean uploads, boolean searches) {
    ListingPage page = mount.policy().listingPage();
    return new ListingLook(
        page.title(),
        page.footer(),
        page.readme(),
        mount.policy().archives().enabled(),
        uploads,
        searches,
        mount.policy().types());
  }

  /** The same entity tags and digests as {@code content.file.FileResponder} sends. */
  private record Knowledge(MountContext mount) implements Listing.Knowledge {
    @Override
    public String entityTag(FileStat stat) {
      return Validators.entityTags(stat, null, mount.digests().known(stat)).getFirst();
    }

    @Override
    public @Nullable String sha256(FileStat stat) {
      return mount.refuses(stat) ? null : mount.digests().known(stat).hex(Algorithm.SHA_256);
    }
  }
}
