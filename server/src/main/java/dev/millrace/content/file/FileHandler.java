package dev.millrace.content.file;

import dev.millrace.auth.Authentication;
import dev.millrace.content.CorsRule;
import dev.millrace.content.DigestPolicy;
import dev.millrace.content.ErrorPages;
import dev.millrace.content.Mount;
import dev.millrace.content.MountPolicy;
import dev.millrace.content.SelectedFile;
import dev.millrace.digest.DigestSource;
import dev.millrace.file.FileStat;
import dev.millrace.files.FileAccess;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.ReadBuffers;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of one mount: GET and HEAD. Each request is a {@link FileResolver}. Event thread
 * only.
 */
public final class FileHandler {
  /** The mount that a request came to, for whatever answers it in the end. */
  public static final AttachmentKey<FileHandler> OF_EXCHANGE =
      AttachmentKey.create(FileHandler.class);

  private final Mount mount;
  private final FileAccess access;
  private final ReadBuffers buffers;
  private final DigestSource digests;
  private final DigestPolicy digestPolicy;
  private final Predicate<FileStat> corrupt;
  private final LoopExecutors executors;
  private final ExchangeFailures failures;

  /**
   * @param corrupt whether a file is known to have other bytes than it should
   */
  public FileHandler(
      Mount mount,
      FileAccess access,
      ReadBuffers buffers,
      DigestSource digests,
      DigestPolicy digestPolicy,
      Predicate<FileStat> corrupt,
      LoopExecutors executors,
      ExchangeFailures failures) {
    this.mount = mount;
    this.access = access;
    this.buffers = buffers;
    this.digests = digests;
    this.digestPolicy = digestPolicy;
    this.corrupt = corrupt;
    this.executors = executors;
    this.failures = failures;
  }

  public Mount mount() {
    return mount;
  }

  public MountPolicy policy() {
    return mount.policy();
  }

  public FileAccess access() {
    return access;
  }

  public ReadBuffers buffers() {
    return buffers;
  }

  public DigestSource digests() {
    return digests;
  }

  DigestPolicy digestPolicy() {
    return digestPolicy;
  }

  /** Whether a file is not to be served because its bytes are not what they were. */
  public boolean refuses(FileStat stat) {
    return digestPolicy.refuseCorrupt() && corrupt.test(stat);
  }

  public LoopExecutors executors() {
    return executors;
  }

  /** Where a step of an exchange of this mount fails. */
  public ExchangeFailures failures() {
    return failures;
  }

  /** Answers a request whose path lies in this mount. */
  public void serve(HttpServerExchange exchange, ParsedPath names) {
    try {
      begin(exchange, names);
    } catch (RuntimeException | Error failure) {
      failures.failed(exchange, failure);
    }
  }

  private void begin(HttpServerExchange exchange, ParsedPath names) {
    exchange.putAttachment(OF_EXCHANGE, this);
    if (!policy().corsRules().isEmpty()) {
      applyCors(exchange, names.decoded());
    }
    if (policy().authRules().isEmpty()) {
      serveAllowed(exchange, names);
    } else {
      Authentication.check(
          exchange, policy().authRules(), names, this, () -> serveAllowed(exchange, names));
    }
  }

  private void serveAllowed(HttpServerExchange exchange, ParsedPath names) {
    ParsedPath below = names.below(mount.prefix());
    if (!policy().dotfiles() && names.isHidden(mount.prefix().segments().size())) {
      ErrorPages.send(exchange, StatusCodes.NOT_FOUND);
    } else if (below.segments().isEmpty() && !names.directory()) {
      redirectToDirectory(exchange, names);
    } else {
      new FileResolver(exchange, this, names, below).start();
    }
  }

  /**
   * Adds what the first rule says that matches a path; in place of what another path's rule has
   * added before.
   */
  public void applyCors(HttpServerExchange exchange, String path) {
    if (policy().corsRules().isEmpty()) {
      return;
    }
    CorsRule.withdraw(exchange.getResponseHeaders());
    for (CorsRule rule : policy().corsRules()) {
      if (rule.match().matches(path)) {
        rule.apply(exchange.getRequestHeaders(), exchange.getResponseHeaders());
        return;
      }
    }
  }

  /** The decoded path at which a file of this mount is requested. */
  String urlPath(byte[] fromRoot) {
    return mount.prefix().decoded() + new String(fromRoot, StandardCharsets.UTF_8);
  }

  /**
   * What Cache-Control says of a file, or null without a rule. The file's own path counts, not that
   * of a request which fell back to it; for an index that of its directory as well.
   */
  public @Nullable String cacheControl(SelectedFile selected) {
    if (policy().cacheRules().isEmpty()) {
      return null;
    }
    String path = urlPath(selected.path());
    ParsedPath directory = selected.directory();
    return cacheControl(path, directory == null ? path : directory.decoded());
  }

  /** What Cache-Control says of a directory's listing, or null without a rule. */
  public @Nullable String cacheControl(ParsedPath directory) {
    String path = directory.decoded();
    return cacheControl(path, path);
  }

  private @Nullable String cacheControl(String path, String other) {
    for (MountPolicy.CacheRule rule : policy().cacheRules()) {
      if (rule.match().matches(path) || rule.match().matches(other)) {
        return rule.cacheControl();
      }
    }
    return null;
  }

  /** 301 to the path with its slash: a path only, never a host, so that no field can forge one. */
  static void redirectToDirectory(HttpServerExchange exchange, ParsedPath names) {
    String query = exchange.getQueryString();
    String location = names.encodedDirectory() + (query.isEmpty() ? "" : "?" + query);
    exchange.getResponseHeaders().put(Headers.LOCATION, location);
    ErrorPages.send(exchange, StatusCodes.MOVED_PERMANENTLY);
  }

  /** A configured path from the mount's root as the kernel takes it. */
  public static byte[] relative(String configured) {
    String bare = configured.startsWith("/") ? configured.substring(1) : configured;
    return bare.getBytes(StandardCharsets.UTF_8);
  }
}
