package dev.millrace.uring;

import dev.millrace.file.FileCalls;
import dev.millrace.net.Sockets;
import dev.millrace.sync.ffi.CFunction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * The system's files and sockets.
 *
 * @param rings opens another ring
 */
record SystemWorld(Ring ring, Callable<Ring> rings, Path folder, int directory) implements World {
  private static final CFunction SOCKET = CFunction.ofLibc("socket");

  @Override
  public Ring another() throws Exception {
    Ring other = rings.call();
    other.enable();
    return other;
  }

  @Override
  public void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }

  @Override
  public byte[] read(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  @Override
  public int listen() throws IOException {
    return Sockets.listen(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 16);
  }

  @Override
  public int port(int listener) throws IOException {
    return ((InetSocketAddress) Sockets.localAddress(listener)).getPort();
  }

  @Override
  public int socket() throws IOException {
    return SOCKET.intOrErrno(2, 1 | Sockets.SOCK_CLOEXEC, 0);
  }

  @Override
  public void close() {
    FileCalls.close(directory);
  }
}
