package dev.millrace.content.webdav;

import dev.millrace.auth.Authentication;
import dev.millrace.content.BodilessResponse;
import dev.millrace.content.Mount;
import dev.millrace.content.MountContext;
import dev.millrace.content.MountHandler;
import dev.millrace.content.WriteRule;
import dev.millrace.content.WriteRule.Action;
import dev.millrace.content.webdav.LockRequest.Locked;
import dev.millrace.content.write.Target;
import dev.millrace.content.write.Target.Change;
import dev.millrace.content.write.WriteAccess;
import dev.millrace.content.write.WriteException;
import dev.millrace.content.write.WriteServices;
import dev.millrace.content.write.WriteStats.Outcome;
import dev.millrace.files.ParsedPath;
import dev.millrace.files.StagingArea;
import dev.millrace.files.WritableDirectory;
import dev.millrace.http.exchange.BodyUse;
import dev.millrace.http.exchange.ErrorResponder;
import dev.millrace.loop.LoopExecutors;
import dev.millrace.uring.ErrnoException;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** Responds to the methods of WebDAV in one mount, except PUT and DELETE. Loop thread only. */
public final class WebdavHandler implements MountHandler {
  private static final HttpString LOCK_TOKEN = new HttpString("Lock-Token");
  private static final HttpString TIMEOUT = new HttpString("Timeout");

  private final MountContext context;
  private final WriteServices services;
  private final WriteAccess access;
  private final List<Mount> mounts;

  /** What a request needs that is thrown if it is wrong. */
  private interface Step {
    void run() throws Exception;
  }

  /**
   * @param mounts all of the server
   */
  public WebdavHandler(MountContext context, WriteServices services, List<Mount> mounts) {
    this.context = context;
    this.services = services;
    this.access = new WriteAccess(context, services);
    this.mounts = List.copyOf(mounts);
  }

  @Override
  public MountContext context() {
    return context;
  }

  @Override
  public void serve(HttpServerExchange exchange, ParsedPath names) {
    context.failures().run(exchange, () -> begin(exchange, names));
  }

  private void begin(HttpServerExchange exchange, ParsedPath names) {
    context.applyCors(exchange, names.decoded());
    HttpString method = exchange.getRequestMethod();
    if (method.equals(Methods.PROPFIND)) {
      reading(exchange, names, () -> propfind(exchange, names));
    } else if (method.equals(Methods.COPY)) {
      reading(exchange, names, () -> transfer(exchange, names));
    } else {
      WriteRule rule = rule(names);
      access.authorize(
          exchange, names, rule, () -> guarded(exchange, () -> change(exchange, names, rule)));
    }
  }

  private WriteRule rule(ParsedPath names) {
    WriteRule rule = WriteRule.find(context.policy().writeRules(), names);
    if (rule == null) {
      throw new IllegalArgumentException("no rule lets requests write " + names.decoded());
    }
    return rule;
  }

  /** Runs a step of a request that may read the path; else responds with an error. */
  private void reading(HttpServerExchange exchange, ParsedPath names, Step step) {
    Authentication.check(
        exchange,
        context.policy().authRules(),
        names,
        context.executors(),
        context.failures(),
        () -> {
          int above = context.mount().prefix().segments().size();
          if ((!context.policy().dotfiles() && names.isHidden(above))
              || names.segments().stream().anyMatch(StagingArea::isName)) {
            ErrorResponder.send(exchange, StatusCodes.NOT_FOUND);
          } else {
            guarded(exchange, step);
          }
        });
  }

  private void guarded(HttpServerExchange exchange, Step step) {
    try {
      step.run();
    } catch (Exception failure) {
      WebdavResponse.sendFailure(exchange, access, failure);
    }
  }

  private static byte[] body(HttpServerExchange exchange) {
    byte[] body = exchange.getAttachment(BodyUse.COLLECTED);
    return body == null ? new byte[0] : body;
  }

  private void propfind(HttpServerExchange exchange, ParsedPath names) throws WriteException {
    new PropertyResponse(exchange, context, access, services.locks(), names).send(body(exchange));
  }

  private void change(HttpServerExchange exchange, ParsedPath names, WriteRule rule)
      throws Exception {
    access.checkNames(names);
    HttpString method = exchange.getRequestMethod();
    if (method.equals(Methods.MOVE)) {
      transfer(exchange, names);
      return;
    }
    ParsedPath below = names.below(context.mount().prefix());
    HeaderMap headers = exchange.getRequestHeaders();
    String href = PropertyListing.href(names);
    byte[] body = body(exchange);
    if (method.equals(Methods.MKCOL)) {
      if (body.length > 0) {
        throw new WriteException(
            StatusCodes.UNSUPPORTED_MEDIA_TYPE, "a MKCOL with a body is not supported");
      }
      Target target = access.target(exchange, below, rule);
      onWorker(
          exchange,
          List.of(target),
          () -> makeDirectory(target),
          created -> changed(exchange, created));
    } else if (method.equals(Methods.PROPPATCH)) {
      PropertyUpdate update = new PropertyUpdate(body);
      Target target = access.target(exchange, below, rule);
      onWorker(
          exchange,
          List.of(target),
          () -> update.run(target, services, href),
          xml -> WebdavResponse.sendXml(exchange, WebdavResponse.MULTI_STATUS, xml));
    } else if (method.equals(Methods.LOCK)) {
      LockRequest request =
          new LockRequest(body, Destination.depth(headers), headers.getFirst(TIMEOUT));
      Target target = access.target(exchange, below, rule);
      onWorker(
          exchange,
          List.of(target),
          () -> request.run(target, services, href),
          locked -> locked(exchange, locked));
    } else {
      unlock(exchange, access.target(exchange, below, rule));
    }
  }

  private void changed(HttpServerExchange exchange, boolean created) {
    services.stats().ended(created ? Outcome.CREATED : Outcome.REPLACED);
    WebdavResponse.sendChanged(exchange, created);
  }

  private boolean makeDirectory(Target target) throws WriteException {
    target.require(Action.CREATE);
    services.commits().lock();
    try (WritableDirectory directory = target.open(false)) {
      target.check(directory.stat(target.name()), Change.TREE);
      if (!directory.make(target.name(), Target.DIRECTORY_MODE)) {
        throw new WriteException(StatusCodes.METHOD_NOT_ALLOWED, "the name exists");
      }
      if (services.settings().syncs()) {
        directory.sync();
      }
      return true;
    } catch (ErrnoException failed) {
      throw WriteException.of(failed);
    } finally {
      services.commits().unlock();
    }
  }

  // ---- COPY and MOVE ---------------------------------------------------------------------------

  private void transfer(HttpServerExchange exchange, ParsedPath names) throws WriteException {
    HeaderMap headers = exchange.getRequestHeaders();
    boolean copies = exchange.getRequestMethod().equals(Methods.COPY);
    boolean deep = Destination.isDeep(headers, copies);
    boolean overwrites = Destination.overwrites(headers);
    ParsedPath destination = Destination.path(headers, context.mount(), mounts);
    access.checkNames(destination);
    ParsedPath prefix = context.mount().prefix();
    if (names.below(prefix).segments().isEmpty()) {
      throw new WriteException(StatusCodes.FORBIDDEN, "the path is that of the root");
    }
    WriteRule rule = WriteRule.find(context.policy().writeRules(), destination);
    if (rule == null) {
      throw new WriteException(StatusCodes.FORBIDDEN, "Destination must not be written");
    }
    access.authorize(
        exchange,
        destination,
        rule,
        () ->
            guarded(
                exchange,
                () -> {
                  Target to = access.target(exchange, destination.below(prefix), rule);
                  Target from =
                      access.target(exchange, names.below(prefix), copies ? rule : rule(names));
                  Transfer transfer = new Transfer(from, to, services, overwrites);
                  onWorker(
                      exchange,
                      List.of(from, to),
                      () -> copies ? transfer.copy(deep) : transfer.move(),
                      created -> changed(exchange, created));
                }));
  }

  // ---- locks -----------------------------------------------------------------------------------

  private static void locked(HttpServerExchange exchange, Locked locked) {
    if (!locked.refreshed()) {
      exchange.getResponseHeaders().put(LOCK_TOKEN, "<" + locked.lock().token() + ">");
    }
    WebdavResponse.sendXml(
        exchange, locked.created() ? StatusCodes.CREATED : StatusCodes.OK, locked.xml());
  }

  private void unlock(HttpServerExchange exchange, Target target) throws WriteException {
    target.root().release(); // a lock needs no file
    String field = exchange.getRequestHeaders().getFirst(LOCK_TOKEN);
    String token = field == null ? "" : field.strip();
    if (!token.startsWith("<") || !token.endsWith(">")) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "Lock-Token is not a URI in brackets");
    }
    boolean released =
        services
            .locks()
            .release(
                token.substring(1, token.length() - 1),
                target.lockPath(),
                target.preconditions().user());
    if (!released) {
      throw new WriteException(StatusCodes.CONFLICT, "there is no such lock")
          .condition("lock-token-matches-request-uri", "");
    }
    BodilessResponse.send(exchange, StatusCodes.NO_CONTENT);
  }

  /** Runs a step on a worker, then another one here. Releases the targets' roots. */
  private <T> void onWorker(
      HttpServerExchange exchange, List<Target> targets, Callable<T> step, Consumer<T> next) {
    LoopExecutors workers = new LoopExecutors(services.threads(), exchange.getIoThread());
    workers.<T>call(
        step,
        result -> {
          targets.forEach(target -> target.root().release());
          if (!exchange.isComplete()) {
            next.accept(result);
          }
        },
        failure -> {
          targets.forEach(target -> target.root().release());
          WebdavResponse.sendFailure(exchange, access, failure);
        });
  }
}
