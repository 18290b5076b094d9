package dev.millrace.content;

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

/** One mount on one loop: its policy, its files and the services of the loop. Event thread only. */
public final class MountContext {
  private final Mount mount;
  private final FileAccess access;
  private final LoopServices services;
  private final ErrorPages errorPages = new ErrorPages(this);

  public MountContext(Mount mount, FileAccess access, LoopServices services) {
    this.mount = mount;
    this.access = access;
    this.services = services;
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

  /** Whether a file is not to be served because its bytes are not what they were. */
  public boolean refuses(FileStat stat) {
    return digestPolicy().refuseCorrupt() && services.corrupt().test(stat);
  }

  public LoopExecutors executors() {
    return services.executors();
  }

  /** Handles steps of an exchange of this mount that throw. */
  public ExchangeFailures failures() {
    return services.failures();
  }

  /** From now on the error responses of an exchange are this mount's pages. */
  public void attachTo(HttpServerExchange exchange) {
    if (!policy().errorPages().isEmpty()) {
      exchange.putAttachment(ErrorResponder.OF_EXCHANGE, errorPages);
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
  public String urlPath(byte[] fromRoot) {
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

  /** A configured path from the mount's root as the kernel takes it. */
  public static byte[] relative(String configured) {
    String bare = configured.startsWith("/") ? configured.substring(1) : configured;
    return bare.getBytes(StandardCharsets.UTF_8);
  }
}
