package dev.millrace.server;

import dev.millrace.content.LoopServices;
import dev.millrace.content.Mount;
import dev.millrace.content.MountContext;
import dev.millrace.content.MountHandler;
import dev.millrace.content.Router;
import dev.millrace.content.file.FileHandler;
import dev.millrace.digest.CrossLoopDigests;
import dev.millrace.digest.DigestSource;
import dev.millrace.files.FileAccess;
import dev.millrace.files.ReadBuffers;
import dev.millrace.files.Root;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.http.exchange.ExchangeFailures;
import dev.millrace.loop.DroppableTask;
import dev.millrace.loop.LoopExecutors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** The mounts of one loop: access to their files, and the handlers that serve them. */
final class LoopMounts {
  private final int number;
  private final LoopContext.Shared shared;
  private final XnioIoThread events;
  private final LoopCaches caches;
  private final List<FileAccess> accesses;

  LoopMounts(int number, LoopContext.Shared shared, LoopCaches caches) {
    this.number = number;
    this.shared = shared;
    this.events = shared.transport().loops().get(number);
    this.caches = caches;
    this.accesses = accessesOnEvents();
  }

  /** The handler that finds the mount of a request. */
  Router router(ReadBuffers buffers, ExchangeFailures failures) {
    DigestSource digests =
        number == 0
            ? shared.digests()
            : new CrossLoopDigests(shared.digests(), shared.transport().loops().getFirst(), events);
    LoopServices services =
        new LoopServices(buffers, digests, shared.settings().digests(), shared.corrupt(), failures);
    List<MountHandler> handlers = new ArrayList<>();
    for (int i = 0; i < accesses.size(); i++) {
      handlers.add(
          new FileHandler(
              new MountContext(
                  shared.settings().mounts().get(i), accesses.get(i), services, executors(i))));
    }
    return new Router(handlers);
  }

  /** Creates the file accesses on the loop thread, which owns them. */
  private List<FileAccess> accessesOnEvents() {
    List<FileAccess> made = new ArrayList<>();
    Runnable make =
        () -> {
          List<Mount> mounts = shared.settings().mounts();
          for (int i = 0; i < mounts.size(); i++) {
            SymlinkPolicy symlinks = mounts.get(i).policy().symlinks();
            made.add(caches.files(shared.transport().fileAccess(number, symlinks, executors(i))));
          }
        };
    shared.transport().runAndWait(number, make);
    if (made.size() < shared.settings().mounts().size()) {
      throw new IllegalStateException("the loop thread could not create the file accesses");
    }
    return made;
  }

  /**
   * Sets a mount's root, or null for none. Any thread.
   *
   * @param root held by the caller until this returns
   */
  void root(int mount, @Nullable Root root) {
    Root held = root == null ? null : root.hold();
    DroppableTask.post(
        events,
        () -> {
          accesses.get(mount).root(held);
          caches.rootChanged();
        },
        () -> {
          if (held != null) {
            held.release();
          }
        });
  }

  private LoopExecutors executors(int mount) {
    return new LoopExecutors(shared.pools().of(mount), events);
  }

  /** Releases the roots. The loop has ended. */
  void end() {
    accesses.forEach(access -> access.root(null));
  }
}
