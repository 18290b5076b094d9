package dev.millrace.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A Unix socket. */
final class SocketPipe implements Pipe {
  private final SocketChannel channel;

  SocketPipe(Path server) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(server));
    channel.configureBlocking(false);
  }

  @Override
  public int write(byte[] bytes, int from, int to) throws IOException {
    return channel.write(ByteBuffer.wrap(bytes, from, to - from));
  }

  @Override
  public int read(byte[] into, int max) throws IOException {
    return channel.read(ByteBuffer.wrap(into, 0, max));
  }

  @Override
  public void end() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
