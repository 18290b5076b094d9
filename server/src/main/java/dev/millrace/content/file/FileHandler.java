package dev.millrace.content.file;

import dev.millrace.auth.Authentication;
import dev.millrace.content.Download;
import dev.millrace.content.HeaderRule;
import dev.millrace.content.MountContext;
import dev.millrace.content.MountHandler;
import dev.millrace.content.MountPolicy;
import dev.millrace.content.RedirectRule;
import dev.millrace.content.RewriteRule;
import dev.millrace.content.archive.ArchiveDigests;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.StagingArea;
import dev.millrace.http.exchange.ErrorResponder;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;

/**
 * Serves the files of one mount: authenticates, then starts a {@link FileResolver}. Loop thread
 * only.
 */
public final class FileHandler implements MountHandler {
  private final MountContext context;
  private final ArchiveDigests archives = new ArchiveDigests();

  public FileHandler(MountContext context) {
    this.context = context;
  }

  @Override
  public MountContext context() {
    return context;
  }

  @Override
  public void serve(HttpServerExchange exchange, ParsedPath names) {
    try {
      begin(exchange, names);
    } catch (RuntimeException | Error failure) {
      context.failures().failed(exchange, failure);
    }
  }

  private void begin(HttpServerExchange exchange, ParsedPath names) {
    MountPolicy policy = context.policy();
    context.attachTo(exchange);
    if (!policy.corsRules().isEmpty()) {
      context.applyCors(exchange, names.decoded());
    }
    if (!policy.headerRules().isEmpty()) {
      HeaderRule.applyTo(exchange, policy.headerRules(), names);
    }
    if (Download.isRequested(exchange)) {
      Download.apply(exchange, names);
    }
    if (!policy.redirects().isEmpty()) {
      RedirectRule.Redirect redirect = RedirectRule.find(policy.redirects(), exchange, names);
      if (redirect != null) {
        exchange.getResponseHeaders().put(Headers.LOCATION, redirect.location());
        ErrorResponder.sendLine(exchange, redirect.status());
        return;
      }
    }
    ParsedPath other =
        policy.rewrites().isEmpty()
            ? null
            : RewriteRule.find(policy.rewrites(), names, context.mount().prefix());
    ParsedPath served = other == null ? names : other;
    if (policy.authRules().isEmpty()) {
      serveAllowed(exchange, served);
    } else if (other == null) {
      authenticate(exchange, names, () -> serveAllowed(exchange, names));
    } else {
      // A rewrite must not lead around the rules of either path.
      authenticate(
          exchange,
          names,
          () -> authenticate(exchange, served, () -> serveAllowed(exchange, served)));
    }
  }

  private void authenticate(HttpServerExchange exchange, ParsedPath names, Runnable next) {
    Authentication.check(
        exchange,
        context.policy().authRules(),
        names,
        context.executors(),
        context.failures(),
        next);
  }

  private void serveAllowed(HttpServerExchange exchange, ParsedPath names) {
    ParsedPath prefix = context.mount().prefix();
    ParsedPath below = names.below(prefix);
    if ((!context.policy().dotfiles() && names.isHidden(prefix.segments().size()))
        || names.segments().stream().anyMatch(StagingArea::isName)) {
      ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
    } else if (below.segments().isEmpty() && !names.directory()) {
      FileResolver.redirectToDirectory(exchange, names);
    } else {
      new FileResolver(exchange, context, names, below, archives).start();
    }
  }
}
