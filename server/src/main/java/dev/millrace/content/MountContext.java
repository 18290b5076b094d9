package dev.millrace.content;

import dev.millrace.auth.AuthRule;
import dev.millrace.content.compress.Compression;
import dev.millrace.digest.DigestSource;
import dev.millrace.file.FileStat;
import dev.millrace.files.FileAccess;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.ReadBuffers;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.loop.LoopExecutors;
import io.undertow.server.HttpServerExchange;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One mount on one loop: its policy, its files and the loop's services. Loop thread only. */
public final class MountContext {
  private final Mount mount;
  private final FileAccess access;
  private final LoopServices services;
  private final LoopExecutors executors;
  private boolean retired;
  private final ErrorPages errorPages = new ErrorPages(this);

  /**
   * @param executors the threads for work on this mount's files, and the loop
   */
  public MountContext(
      Mount mount, FileAccess access, LoopServices services, LoopExecutors executors) {
    this.mount = mount;
    this.access = access;
    this.services = services;
    this.executors = executors;
  }

  /** Keeps responses out of the response cache from now on: another configuration is in use. */
  public void retire() {
    retired = true;
  }

  boolean isRetired() {
    return retired;
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
    return services.buffers();
  }

  public DigestSource digests() {
    return services.digests();
  }

  public DigestPolicy digestPolicy() {
    return services.digestPolicy();
  }

  /** Whether the policy refuses to serve a file because it is corrupt. */
  public boolean refuses(FileStat stat) {
    return digestPolicy().refuseCorrupt() && services.corrupt().test(stat);
  }

  /** The compressed forms of files. */
  public Compression compression() {
    return services.compression();
  }

  /** Whether a part of a directory needs other credentials than the directory itself. */
  public boolean hasRulesBelow(ParsedPath directory) {
    return policy().authRules().stream()
        .map(AuthRule::prefix)
        .anyMatch(prefix ->
            prefix.segments().size() > directory.segments().size() && prefix.startsWith(directory));
  }

  public LoopExecutors executors() {
    return executors;
  }

  public ExchangeFailures failures() {
    return services.failures();
  }

  /** Makes this mount's error pages those of an exchange. */
  public void attachTo(HttpServerExchange exchange) {
    if (!policy().errorPages().isEmpty()) {
      exchange.putAttachment(ErrorResponder.OF_EXCHANGE, errorPages);
    }
  }

  /** Applies the first CORS rule that matches a path, in place of a rule applied before. */
  public void applyCors(HttpServerExchange exchange, String path) {
    if (policy().corsRules().isEmpty()) {
      return;
    }
    CorsRule.withdraw(exchange.getResponseHeaders());
    for (CorsRule rule : policy().corsRules()) {
      if (rule.match().matches(path)) {
        rule.apply(
            exchange.getRequestHeaders(),
            exchange.getResponseHeaders(),
            !policy().writeRules().isEmpty());
        return;
      }
    }
  }

  /** The decoded path at which a file of this mount is requested. */
  public String urlPath(byte[] fromRoot) {
    return mount.prefix().decoded() + new String(fromRoot, StandardCharsets.UTF_8);
  }

  /**
   * The value of Cache-Control for a file, or null if no rule matches. Rules are matched with the
   * file's own path, not with that of a request that fell back to it; for an index file also with
   * its directory's path.
   */
  public @Nullable String cacheControl(SelectedFile selected) {
    if (policy().cacheRules().isEmpty()) {
      return null;
    }
    String path = urlPath(selected.path());
    ParsedPath directory = selected.directory();
    return cacheControl(path, directory == null ? path : directory.decoded());
  }

  /** The value of Cache-Control for a directory listing, or null if no rule matches. */
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

  /** A configured path relative to the mount's root, as bytes for the kernel. */
  public static byte[] relative(String configured) {
    String bare = configured.startsWith("/") ? configured.substring(1) : configured;
    return bare.getBytes(StandardCharsets.UTF_8);
  }
}
