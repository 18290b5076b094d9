package dev.millrace.server;

import dev.millrace.content.LoopServices;
import dev.millrace.content.Mount;
import dev.millrace.content.MountContext;
import dev.millrace.content.Router;
import dev.millrace.content.file.FileHandler;
import dev.millrace.content.webdav.WebdavHandler;
import dev.millrace.content.write.WriteHandler;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFiles;
import dev.millrace.files.Root;
import dev.millrace.loop.DroppableTask;
import dev.millrace.loop.LoopExecutors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** The mounts of one loop: access to their files, and the handlers that serve them. */
final class LoopMounts {
  private final int number;
  private final LoopContext.Shared shared;
  private final XnioIoThread events;
  private final LoopCaches caches;
  private final List<Mount> mounts;
  private final List<FileAccess> accesses;
  private final Map<String, OpenFiles> openFiles = new LinkedHashMap<>();
  private final List<MountContext> contexts = new ArrayList<>();
  private boolean ended;

  LoopMounts(int number, LoopContext.Shared shared, LoopCaches caches, List<Mount> mounts) {
    this.number = number;
    this.mounts = mounts;
    this.shared = shared;
    this.events = shared.transport().loops().get(number);
    this.caches = caches;
    this.accesses = accessesOnEvents();
  }

  /** The handler that finds the mount of a request. */
  Router router(LoopServices services) {
    List<Router.Handlers> handlers = new ArrayList<>();
    for (int i = 0; i < accesses.size(); i++) {
      MountContext context =
          new MountContext(mounts.get(i), accesses.get(i), services, executors(i));
      contexts.add(context);
      handlers.add(
          new Router.Handlers(
              new FileHandler(context),
              new WriteHandler(context, shared.writes()),
              new WebdavHandler(context, shared.writes(), mounts)));
    }
    return new Router(handlers);
  }

  /** Creates the file accesses on the loop thread, which owns them. */
  private List<FileAccess> accessesOnEvents() {
    List<FileAccess> made = new ArrayList<>();
    Runnable make =
        () -> {
          for (int i = 0; i < mounts.size(); i++) {
            Mount mount = mounts.get(i);
            FileAccess access =
                shared.transport().fileAccess(number, mount.policy().symlinks(), executors(i));
            OpenFiles cached = caches.files(access, mounts.size());
            if (cached != null) {
              openFiles.put(mount.name(), cached);
            }
            made.add(cached == null ? access : cached);
          }
        };
    shared.transport().runAndWait(number, make);
    if (made.size() < mounts.size()) {
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
    if (number == 0 && root != null) {
      shared.writes().sweep(mounts.get(mount), root);
    }
    Root held = root == null ? null : root.hold();
    DroppableTask.post(
        events,
        () -> {
          if (ended) {
            release(held);
          } else {
            accesses.get(mount).root(held);
            caches.rootChanged();
          }
        },
        () -> release(held));
  }

  private LoopExecutors executors(int mount) {
    return new LoopExecutors(shared.pools().of(mount), events);
  }

  private static void release(@Nullable Root held) {
    if (held != null) {
      held.release();
    }
  }

  /** The cache of open files of a mount with this name, or null. Any thread. */
  @Nullable OpenFiles openFiles(String mount) {
    return openFiles.get(mount);
  }

  /** Other mounts are used from now on; active requests still use these. Loop thread. */
  void retire() {
    contexts.forEach(MountContext::retire);
    caches.retire(List.copyOf(openFiles.values()));
  }

  /** Releases the roots. No request uses the mounts, or the loop has ended. */
  void end() {
    ended = true;
    accesses.forEach(access -> access.root(null));
  }
}
