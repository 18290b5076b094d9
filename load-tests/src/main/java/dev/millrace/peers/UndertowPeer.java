package dev.millrace.peers;

import io.undertow.Undertow;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import java.nio.file.Path;

/** Stock Undertow on NIO with its own ResourceHandler. */
public final class UndertowPeer {
  private UndertowPeer() {}

  /** Arguments: ROOT PORT. */
  public static void main(String[] arguments) {
    PathResourceManager files = new PathResourceManager(Path.of(arguments[0]), 64 << 10);
    Undertow.builder()
        .addHttpListener(Integer.parseInt(arguments[1]), "127.0.0.1")
        .setIoThreads(1)
        .setWorkerThreads(4)
        .setHandler(new ResourceHandler(files).setDirectoryListingEnabled(true))
        .build()
        .start();
  }
}
